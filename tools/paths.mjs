// Where things lie; shared by the tools.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const rinse = join(root, 'build/native/rinse');
export const wasm = join(root, 'build/wasm/rinse.wasm');
/** The system's, which has Debian's packages. */
export const python = () => (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3');
export const metricsWasm = join(root, 'build/wasm/rinse-metrics.wasm');
