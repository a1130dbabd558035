// The inference core's kernel: natively, in wasm, and in wasm without SIMD; multiply-adds per second and the share of the machine's limit.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../tools/paths.mjs';

const build = (preset, target) => execFileSync('cmake', ['--build', join(root, 'build', preset), '--target', target], { stdio: 'pipe' });

export function kernels() {
  build('native', 'rinse_kernels');
  build('wasm', 'rinse_kernels');
  build('wasm', 'rinse_kernels_scalar');
  const parse = (...command) => JSON.parse(execFileSync(command[0], command.slice(1), { encoding: 'utf8' }));
  const runs = {
    native: parse(join(root, 'build/native/rinse_kernels')),
    wasm: parse(process.execPath, '--no-experimental-fetch', join(root, 'build/wasm/rinse_kernels.cjs')),
    'wasm without SIMD': parse(process.execPath, '--no-experimental-fetch', join(root, 'build/wasm/rinse_kernels_scalar.cjs')),
  };
  const giga = (v) => `${(v / 1e9).toFixed(2)} G/s`;
  console.log('\nmatrix-vector product 192 × 192, multiply-adds:');
  for (const [name, r] of Object.entries(runs)) {
    console.log(`${name.padEnd(20)} ${giga(r.float)}, ${((100 * r.float) / r.limit).toFixed(0)} % of the arithmetic limit; plain twin ${giga(r.plain)}`);
  }
  console.log(`in wasm the kernel is ${(runs.wasm.float / runs['wasm without SIMD'].plain).toFixed(1)} × the plain loop without SIMD`);
}

if (process.argv[1] === new URL(import.meta.url).pathname) kernels();
