// The networks that ship: models/*/NAME.safetensors, but for checkpoints, which training goes on from.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './paths.mjs';

/** Their names, and where in the project their weights lie. */
export const modelFiles = /** @type {string[]} */ (readdirSync(join(root, 'models'), { recursive: true }))
  .filter((path) => path.endsWith('.safetensors') && !path.endsWith('-checkpoint.safetensors'))
  .map((path) => ({ name: basename(path, '.safetensors'), path: join('models', path) }));
