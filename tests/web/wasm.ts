// The built wasm modules in Node.
import { readFileSync } from 'node:fs';
import { instantiate } from '../../worklet/src/engine';

const built = (name: string) => new WebAssembly.Module(readFileSync(new URL(`../../build/wasm/${name}`, import.meta.url)));
export const module = built('rinse.wasm');
export const metricsModule = built('rinse-metrics.wasm');
export const glue = () => instantiate(module);
