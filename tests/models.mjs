// The networks' weights, by name, as a host hands them to the core.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelFiles } from '../tools/models.mjs';
import { root } from '../tools/paths.mjs';

export const models = Object.fromEntries(modelFiles.map(({ name, path }) => [name, new Uint8Array(readFileSync(join(root, path))).buffer]));
