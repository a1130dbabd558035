// How long all measures of a pair of 5 s at 48 kHz take on one core: natively (with the start of the program) and in wasm.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { metricsWasm, rinse, root } from '../../tools/paths.mjs';
import { noise, noisyVoice, wav } from '../signals.mjs';

const sampleRate = 48000;
const runs = 5;

/** The shortest of some runs, seconds. */
function fastest(work) {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return (performance.now() - start) / 1000;
  });
  return Math.min(...times);
}

export async function scoringSeconds() {
  const clean = noisyVoice(5 * sampleRate, sampleRate, 1, 0.0005);
  const hiss = noise(clean.length, 0.03, 2);
  const noisy = clean.map((x, i) => x + hiss[i]);
  const folder = mkdtempSync(join(tmpdir(), 'rinse-'));
  try {
    const [a, b] = [clean, noisy].map((x, i) => {
      const path = join(folder, `${i}.wav`);
      writeFileSync(path, wav([x], sampleRate));
      return path;
    });
    const native = fastest(() => execFileSync(rinse, ['score', '--clean', a, '--est', b, '--noisy', b], { stdio: 'pipe' }));
    const script = join(folder, 'metrics.mjs');
    const alias = { '#metrics-glue': join(root, 'build/wasm/rinse-metrics.mjs'), '#glue': join(root, 'build/wasm/rinse.mjs') };
    await build({ absWorkingDir: root, entryPoints: ['worklet/src/metrics.ts'], bundle: true, format: 'esm', outfile: script, alias, logLevel: 'error' });
    const { Metrics } = await import(script);
    const metrics = new Metrics(new WebAssembly.Module(readFileSync(metricsWasm)));
    const [x, y] = [clean, noisy].map((samples) => ({ sampleRate, channels: [samples] }));
    return { native, wasm: fastest(() => metrics.score(x, y, y)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
