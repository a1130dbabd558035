// npm test: sets up, builds, and runs every test: native, native under the sanitizers, wasm and pure
// TypeScript in Node, the trainer, the browser.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build, cmake } from './build.mjs';
import { python, root } from './paths.mjs';
import { setup } from './setup.mjs';

function step(name, command, ...args) {
  console.log(`\n── ${name} ──`);
  try {
    execFileSync(command, args, { cwd: root, stdio: 'inherit' });
  } catch (e) {
    console.error(`\n${name}: failed`);
    process.exit(e.status ?? 1);
  }
}
const node = (name, ...args) => step(name, process.execPath, ...args);
const bin = (name) => join('node_modules', name);

setup({ tests: true });
build({ tests: true });
cmake('asan');
step('C++', 'build/native/tests/cpp/rinse_tests', '--gtest_brief=1');
step('C++ under the address and undefined-behaviour sanitizers', 'build/asan/tests/cpp/rinse_tests', '--gtest_brief=1');
node('Types of the tests', bin('typescript/bin/tsc'), '-p', 'tests');
node('wasm and TypeScript in Node', bin('vitest/vitest.mjs'), 'run');
step('Training, in small', python(), 'models/voice/smoke.py');
node('Chromium', bin('@playwright/test/cli.js'), 'test');
