// npm test: sets up, builds, and runs every test: native, native under the sanitizers, wasm and pure
// TypeScript in Node, the trainer, the browser.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build, cmake } from './build.mjs';
import { python, root } from './paths.mjs';
import { setup } from './setup.mjs';

const heading = (name) => console.log(`\n── ${name} ──`);
function failed(name, status) {
  console.error(`\n${name}: failed`);
  process.exit(status || 1);
}

function step(name, command, ...args) {
  heading(name);
  try {
    execFileSync(command, args, { cwd: root, stdio: 'inherit' });
  } catch (e) {
    failed(name, e.status);
  }
}

/** The C++ tests of a build, a share of them on each core. */
async function cpp(name, preset) {
  heading(name);
  const shards = availableParallelism();
  const shares = Array.from({ length: shards }, (_, index) => {
    const env = { ...process.env, GTEST_TOTAL_SHARDS: `${shards}`, GTEST_SHARD_INDEX: `${index}` };
    return once(spawn(join('build', preset, 'tests/cpp/rinse_tests'), ['--gtest_brief=1'], { cwd: root, stdio: 'inherit', env }), 'exit');
  });
  for (const [status] of await Promise.all(shares)) if (status !== 0) failed(name, status);
}

const node = (name, ...args) => step(name, process.execPath, ...args);
const bin = (name) => join('node_modules', name);

setup({ tests: true });
build({ tests: true });
cmake('asan');
await cpp('C++', 'native');
await cpp('C++ under the address and undefined-behaviour sanitizers', 'asan');
node('Types of the tests', bin('typescript/bin/tsc'), '-p', 'tests');
node('wasm and TypeScript in Node', bin('vitest/vitest.mjs'), 'run');
step('Training, in small', python(), 'models/voice/smoke.py');
node('Chromium', bin('@playwright/test/cli.js'), 'test');
