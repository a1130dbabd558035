// Builds what has changed: native, wasm, what is generated, the npm package, the page.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelFiles } from './models.mjs';
import { root } from './paths.mjs';
import { setup } from './setup.mjs';

const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' });
const quiet = (command, ...args) => {
  try {
    execFileSync(command, args, { cwd: root, stdio: 'pipe', encoding: 'utf8' });
  } catch (e) {
    console.error(e.stdout, e.stderr);
    throw new Error(`${command} ${args.join(' ')} failed`);
  }
};

/** Builds a preset of CMakePresets.json; `options` (-D…) configure it anew, otherwise it is configured once. */
export function cmake(preset, options = []) {
  const configure = ['cmake', '--preset', preset, ...options];
  const configured = existsSync(join(root, 'build', preset, 'build.ninja'));
  if (!configured || options.length) quiet(...(preset === 'wasm' ? ['emcmake', ...configure] : configure));
  quiet('cmake', '--build', join('build', preset));
}

/** The newest change in files and folders, ms. */
function newest(...paths) {
  let latest = 0;
  for (const path of paths) {
    const at = join(root, path);
    if (!existsSync(at)) continue;
    const stat = statSync(at);
    if (!stat.isDirectory()) latest = Math.max(latest, stat.mtimeMs);
    else for (const name of readdirSync(at)) if (name !== 'dist' && name !== 'node_modules') latest = Math.max(latest, newest(join(path, name)));
  }
  return latest;
}

/** Runs `make` when `output` is older than `inputs`. */
function when(output, inputs, make) {
  if (newest(output) < newest(...inputs)) make();
}

/** `tests`: with the C++ tests, and what is generated must be what is committed; otherwise it is written anew. */
export function buildCore({ tests = false } = {}) {
  console.log('Building the core …');
  cmake('native', tests ? ['-DRINSE_TESTS=ON'] : []);
  cmake('wasm');
  run(process.execPath, 'tools/generate.mjs', ...(tests ? ['--check'] : []));
}

export function buildPackage() {
  when('worklet/dist/built', ['worklet', 'build/wasm', ...modelFiles.map(({ path }) => path), 'LICENSE', 'NOTICE', 'package-lock.json'], () => {
    console.log('Building the npm package …');
    run(process.execPath, 'worklet/build.mjs');
  });
}

export function buildPage() {
  when('dist/index.html', ['web', 'worklet/dist/built', 'LICENSE', 'NOTICE', 'package-lock.json'], () => {
    console.log('Building the page …');
    run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'web');
    run(process.execPath, 'node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn');
  });
}

export function build(options) {
  buildCore(options);
  buildPackage();
  buildPage();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup();
  build();
}
