// The built wasm modules in Node.
import { readFileSync } from 'node:fs';
import { instantiate } from '../../worklet/src/engine';
import type { Models } from '../../worklet/src/model';

const built = (name: string) => new WebAssembly.Module(readFileSync(new URL(`../../build/wasm/${name}`, import.meta.url)));
export const module = built('rinse.wasm');
export const metricsModule = built('rinse-metrics.wasm');
const model = (name: string) => new Uint8Array(readFileSync(new URL(`../../models/voice/${name}.safetensors`, import.meta.url))).buffer;
export const models: Models = { voice: model('voice'), 'voice-ahead': model('voice-ahead') };
export const core = { module, models };
export const glue = () => instantiate(core);
