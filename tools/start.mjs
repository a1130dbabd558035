// npm start: sets up, builds, and serves the built page on a free port of this machine.
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './paths.mjs';
import { setup } from './setup.mjs';

setup();
build();
const { preview } = await import('vite');
const server = await preview({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn', preview: { host: '127.0.0.1', port: 4173 } });
console.log(`Rinse is at ${server.resolvedUrls.local[0]} (stop with Ctrl+C)`);
