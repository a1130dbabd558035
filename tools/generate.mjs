// Writes what is generated from the C++ Param tables and the presets into worklet/src/generated. With --check it only compares and
// fails when the committed copy is stale.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, rinse } from './paths.mjs';

const describe = (...args) => execFileSync(rinse, ['describe', ...args], { encoding: 'utf8' });
const presets = Object.fromEntries(
  readdirSync(join(root, 'presets')).filter((f) => f.endsWith('.json')).sort()
    .map((f) => [f.slice(0, -5), JSON.parse(readFileSync(join(root, 'presets', f), 'utf8'))]));

const files = {
  'effects.json': describe(),
  'recipe.schema.json': describe('--schema'),
  'effect-params.ts': describe('--types'),
  'presets.json': JSON.stringify(presets, null, 2) + '\n',
};

const check = process.argv.includes('--check');
let stale = 0;
for (const [name, text] of Object.entries(files)) {
  const path = join(root, 'worklet/src/generated', name);
  let before = '';
  try { before = readFileSync(path, 'utf8'); } catch { /* not there yet */ }
  if (before === text) continue;
  if (check) console.error(`${path} is stale: run \`npm run generate\``), stale++;
  else writeFileSync(path, text);
}
process.exit(stale ? 1 : 0);
