// npm run dev: like npm start, but the page reloads while its source is edited, and the package is built again when its source changes.
import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { buildCore, buildPackage } from './build.mjs';
import { root } from './paths.mjs';
import { setup } from './setup.mjs';

setup();
buildCore();
buildPackage();
const { createServer } = await import('vite');
const server = await createServer({ configFile: join(root, 'web/vite.config.ts'), server: { host: '127.0.0.1' } });
await server.listen();
server.printUrls();

let waiting;
watch(join(root, 'worklet/src'), { recursive: true }, () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    execFile(process.execPath, [join(root, 'worklet/build.mjs')], (error, out, err) => {
      if (error) console.error(out, err);
      else server.ws.send({ type: 'full-reload' });
    });
  }, 200);
});
