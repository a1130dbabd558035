// Where things lie; shared by the tools.
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const rinse = join(root, 'build/native/rinse');
export const wasm = join(root, 'build/wasm/rinse.wasm');
export const metricsWasm = join(root, 'build/wasm/rinse-metrics.wasm');
