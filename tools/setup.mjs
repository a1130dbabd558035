// Brings what is missing: Debian packages (where there is apt and the right to use it) and the npm packages. Built-ins only, since it
// runs before anything is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { python, root } from './paths.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);

/** What is needed, and by which Debian package it comes. */
const needs = [
  { name: 'a C++20 compiler (g++ 12 or newer)', deb: 'g++', found: () => works('c++', '--version') || works('g++', '--version') },
  { name: 'CMake 3.25 or newer', deb: 'cmake', found: () => atLeast(firstLine('cmake', '--version'), 3, 25) },
  { name: 'Ninja', deb: 'ninja-build', found: () => works('ninja', '--version') },
  { name: 'pkg-config', deb: 'pkg-config', found: () => works('pkg-config', '--version') },
  { name: 'Emscripten (emsdk 3.1.6 or newer)', deb: 'emscripten', found: () => atLeast(firstLine('emcc', '--version'), 3, 1, 6) },
  { name: 'libsndfile with its headers', deb: 'libsndfile1-dev', found: () => works('pkg-config', '--exists', 'sndfile') },
  { name: 'nlohmann JSON for C++', deb: 'nlohmann-json3-dev', found: () => header('nlohmann/json.hpp') },
  { name: 'valijson', deb: 'libvalijson-dev', found: () => header('valijson/validator.hpp') },
  { name: 'CLI11', deb: 'libcli11-dev', found: () => header('CLI/CLI.hpp') },
];
/** For the tests only. */
const testNeeds = [
  { name: 'GoogleTest', deb: 'libgtest-dev', found: () => header('gtest/gtest.h') },
  { name: 'Chromium (or its path in CHROMIUM)', deb: 'chromium', found: () => [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].some((p) => p && existsSync(p)) },
  { name: 'ffmpeg (makes the test videos)', deb: 'ffmpeg', found: () => works('ffmpeg', '-version') },
  { name: 'espeak-ng (speaks the test sentences)', deb: 'espeak-ng', found: () => works('espeak-ng', '--version') },
  ...['torch', 'scipy', 'soundfile'].map((module) => ({ name: `${module} for Python (trains)`, deb: `python3-${module}`, found: () => works(python(), '-c', `import ${module}`) })),
];

function works(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
function firstLine(command, ...args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout?.split('\n')[0] ?? '';
}
/** Whether the first version number in the text is the wanted one or newer. */
function atLeast(text, ...wanted) {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text)?.slice(1).map((n) => Number(n ?? 0));
  if (!found) return false;
  const at = wanted.findIndex((n, i) => found[i] !== n);
  return at < 0 || found[at] > wanted[at];
}
function header(path) {
  return ['/usr/include', '/usr/local/include', '/opt/homebrew/include'].some((dir) => existsSync(join(dir, path)));
}

function fail(lines) {
  console.error(['', ...lines, ''].join('\n'));
  process.exit(1);
}

function installSystem(list) {
  const missing = list.filter((n) => !n.found());
  if (missing.length === 0) return;
  const names = missing.map((n) => n.deb);
  const say = ['Rinse needs, and did not find:', ...missing.map((n) => `  - ${n.name}`)];
  if (!works('apt-get', '--version')) fail([...say, 'There is no apt here: install these by hand, then run this again.']);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  if (sudo.length && !works('sudo', '--version')) fail([...say, `Install them as root: apt-get install ${names.join(' ')}`]);
  console.log(`Installing ${names.join(', ')} …`);
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    return spawnSync(command, rest, { stdio: ['inherit', 'ignore', 'inherit'] }).status === 0;
  };
  if (!apt('update', '-qq') || !apt('install', '-y', '-qq', '--no-install-recommends', ...names)) {
    fail([...say, `apt could not install them. Try: ${[...sudo, 'apt-get', 'install', ...names].join(' ')}`]);
  }
  const still = missing.filter((n) => !n.found());
  if (still.length) fail(['Still missing or too old after the installation:', ...still.map((n) => `  - ${n.name}`)]);
}

function installNpm() {
  const lock = join(root, 'package-lock.json');
  const stamp = join(root, 'node_modules/.package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing npm packages …');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, stdio: ['inherit', 'ignore', 'inherit'] });
  utimesSync(stamp, new Date(), new Date());
}

export function setup({ tests = false } = {}) {
  if (major < 20 || (major === 20 && minor < 19)) fail([`Rinse needs Node 20.19 or newer; this is ${process.versions.node}.`]);
  installSystem(tests ? [...needs, ...testNeeds] : needs);
  installNpm();
}
