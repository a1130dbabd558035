// The built wasm modules in Node.
import { readFileSync } from 'node:fs';
import { instantiate } from '../../worklet/src/engine';
import type { Models } from '../../worklet/src/model';
import { models as weights } from '../models.mjs';

const built = (name: string) => new WebAssembly.Module(readFileSync(new URL(`../../build/wasm/${name}`, import.meta.url)));
export const module = built('rinse.wasm');
export const metricsModule = built('rinse-metrics.wasm');
export const models: Models = weights;
export const core = { module, models };
export const glue = () => instantiate(core);
