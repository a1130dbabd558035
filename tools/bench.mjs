// npm run bench: sets up, builds, measures.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './paths.mjs';
import { setup } from './setup.mjs';

setup();
build();
try {
  execFileSync(process.execPath, [join(root, 'tests/bench/bench.mjs'), ...process.argv.slice(2)], { stdio: 'inherit' });
} catch (e) {
  process.exit(e.status ?? 1);
}
