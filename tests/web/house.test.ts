// The rules of the house that a machine can check: who includes whom, what is generated is fresh, and the sizes that were promised.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { python } from '../../tools/paths.mjs';
import { effects } from '../../worklet/src/recipe';

const files = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => ending.test(f)).map((f) => join(folder, f));
const gzipped = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length;

describe('who includes whom', () => {
  const allowed: Record<string, string[]> = {
    blocks: ['blocks'],
    core: ['core', 'blocks'],
    noise: ['noise', 'blocks', 'core'],
    nn: ['nn', 'blocks', 'core'],
    metrics: ['metrics', 'voice', 'blocks', 'core'],
    array: ['array', 'blocks', 'core'],
    reverb: ['reverb', 'blocks', 'core'],
    voice: ['voice', 'noise', 'nn', 'core', 'blocks'],
    effects: ['effects', 'voice', 'noise', 'reverb', 'array', 'nn', 'metrics', 'core', 'blocks'],
    '': ['', 'effects', 'noise', 'nn', 'core', 'blocks'], // engine.h, recipe.h
  };
  it('goes one way only', () => {
    const wrong: string[] = [];
    for (const file of files('dsp', /\.(h|cpp)$/)) {
      const inner = file.slice('dsp/'.length);
      const room = inner.includes('/') ? inner.slice(0, inner.indexOf('/')) : '';
      for (const [, path] of readFileSync(file, 'utf8').matchAll(/#include "([^"]+)"/g)) {
        const target = path!.includes('/') ? path!.slice(0, path!.indexOf('/')) : '';
        if (!allowed[room]?.includes(target)) wrong.push(`${file} includes ${path}`);
      }
    }
    expect(wrong).toEqual([]);
  });
  it('keeps the registry the only one who knows the effects, and KissFFT inside one file', () => {
    const knowing = (pattern: RegExp) => files('dsp', /\.(h|cpp)$/).filter((f) => pattern.test(readFileSync(f, 'utf8')));
    for (const f of knowing(/#include "effects\/(?!registry)/)) expect(f).toMatch(/^dsp\/effects\//);
    expect(knowing(/kiss_fftr\.h/)).toEqual(['dsp/blocks/fft.cpp']);
  });
  it('keeps the page on the public side of the package', () => {
    for (const f of files('web/src', /\.ts$/)) expect(readFileSync(f, 'utf8')).not.toMatch(/from '(\.\.\/)+worklet/);
  });
  it('writes the quantum of 128 nowhere in the core', () => {
    const wrong = files('dsp', /^(core\/|effects\/|engine).*\.(h|cpp)$/).filter((f) => /\b128\b/.test(readFileSync(f, 'utf8')));
    expect(wrong).toEqual([]);
  });
});

describe('the trainers and benches', () => {
  it('are Python that this machine can read', () => {
    const scripts = ['models', 'tests'].flatMap((folder) => files(folder, /\.py$/));
    expect(scripts.length).toBeGreaterThan(10);
    execFileSync(python(), ['-c', 'import ast, sys\nfor f in sys.argv[1:]: ast.parse(open(f).read(), f)', ...scripts], { stdio: 'pipe' });
  });
});

describe('what is generated', () => {
  it('is what the Param tables give now', () => {
    execFileSync(process.execPath, ['tools/generate.mjs', '--check'], { stdio: 'pipe' });
  });
  it('says in docs/quality.md what the effects do now', () => {
    execFileSync(process.execPath, ['tests/bench/quality.mjs', '--check'], { stdio: 'pipe' });
  });
});

describe('the networks', () => {
  it('are assets of the package, every one that an effect names', () => {
    const named = new Set(effects.flatMap((e) => e.model ?? []));
    expect(named.size).toBeGreaterThan(3);
    for (const name of named) {
      expect(readFileSync('worklet/dist/index.js', 'utf8')).toContain(`./${name}.safetensors`);
      expect(readFileSync(`worklet/dist/${name}.safetensors`).length).toBeGreaterThan(10_000);
    }
  });
});

describe('sizes', () => {
  it('wasm and glue stay within 190 kB gzipped, with the weights of either voice network within 400 kB', () => {
    const size = gzipped('build/wasm/rinse.wasm') + gzipped('worklet/dist/rinse-processor.js');
    const [weights, forFiles] = ['voice', 'voice-ahead'].map((model) => gzipped(`worklet/dist/${model}.safetensors`)) as [number, number];
    const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
    console.log(`wasm + worklet with glue: ${kB(size)} gzipped; the voice model's weights: live ${kB(weights)}, for files ${kB(forFiles)}`);
    expect(size).toBeLessThanOrEqual(190_000);
    expect(size + weights).toBeLessThanOrEqual(400_000);
    expect(size + forFiles).toBeLessThanOrEqual(400_000);
  });
  it('the first load of the page stays within 300 kB gzipped', () => {
    const html = readFileSync('dist/index.html', 'utf8');
    const loaded = ['dist/index.html', ...[...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(([, path]) => join('dist', path!))];
    const size = loaded.filter((f) => existsSync(f)).reduce((sum, f) => sum + gzipped(f), 0);
    console.log(`first load of the page: ${(size / 1000).toFixed(1)} kB gzipped (${loaded.length} files)`);
    expect(loaded.length).toBeGreaterThan(2);
    expect(size).toBeLessThanOrEqual(300_000);
  });
});
