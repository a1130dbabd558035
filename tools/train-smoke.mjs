// npm run train:smoke: the whole way from mixtures to checked weights, in a minute, on voices made here.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cmake } from './build.mjs';
import { python, root } from './paths.mjs';
import { setup } from './setup.mjs';

setup({ tests: true });
cmake('native');
execFileSync(python(), [join(root, 'models/voice/smoke.py')], { stdio: 'inherit' });
