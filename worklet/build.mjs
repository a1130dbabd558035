// Builds the package into dist/: index.js, the worklet's processor, the worker with its lazily loaded chunks, the wasm, the types.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { modelFiles } from '../tools/models.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const common = {
  absWorkingDir: here, bundle: true, format: 'esm', target: 'es2022', minify: true, legalComments: 'none', outdir: 'dist',
  alias: { '#glue': join(here, '../build/wasm/rinse.mjs'), '#metrics-glue': join(here, '../build/wasm/rinse-metrics.mjs') }, logLevel: 'warning',
};

rmSync(join(here, 'dist'), { recursive: true, force: true });
await build({ ...common, entryPoints: { index: 'src/index.ts' } });
await build({ ...common, entryPoints: { 'rinse-processor': 'src/processor.ts' } });
await build({ ...common, entryPoints: { 'rinse-worker': 'src/worker.ts' }, splitting: true, chunkNames: 'rinse-[name]-[hash]' });
for (const name of ['rinse.wasm', 'rinse-metrics.wasm']) copyFileSync(join(here, '../build/wasm', name), join(here, 'dist', name));
for (const { name, path } of modelFiles) copyFileSync(join(here, '..', path), join(here, `dist/${name}.safetensors`));
for (const name of ['LICENSE', 'NOTICE']) copyFileSync(join(here, '..', name), join(here, name));
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
for (const config of ['tsconfig.json', 'tsconfig.processor.json']) execFileSync(process.execPath, [tsc, '-p', join(here, config)], { stdio: 'inherit' });
writeFileSync(join(here, 'dist/built'), ''); // last: tools/build.mjs builds again where it is missing or old
