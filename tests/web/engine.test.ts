// The engine in wasm: the same samples as natively, and the same refusals.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine, instantiate } from '../../worklet/src/engine';
import { learnWhole } from '../../worklet/src/learn-whole';
import { checkRecipe, effects, presets, type Recipe, type RecipeStep } from '../../worklet/src/recipe';
import { Streamer } from '../../worklet/src/streamer';
import { noise, noisyVoice, wav } from '../signals.mjs';
import { core, glue, models, module } from './wasm';

const folder = mkdtempSync(join(tmpdir(), 'rinse-'));
afterAll(() => rmSync(folder, { recursive: true }));

function natively(channels: Float32Array[], sampleRate: number, recipe: Recipe): Float32Array[] {
  const [input, output, recipeFile] = ['in.wav', 'out.wav', 'recipe.json'].map((n) => join(folder, n)) as [string, string, string];
  writeFileSync(input, wav(channels, sampleRate));
  writeFileSync(recipeFile, JSON.stringify(recipe));
  execFileSync('build/native/rinse', ['clean', input, output, '--recipe', recipeFile]);
  const b = readFileSync(output);
  let at = 12;
  while (b.toString('latin1', at, at + 4) !== 'data') at += 8 + b.readUInt32LE(at + 4);
  return channels.map((c, k) => Float32Array.from(c, (_, i) => b.readFloatLE(at + 8 + 4 * (i * channels.length + k))));
}

async function inWasm(channels: Float32Array[], sampleRate: number, given: Recipe): Promise<Float32Array[]> {
  const recipe = await learnWhole(core, given, { sampleRate, channels: channels.length }, () => [channels]);
  const engine = new Engine(glue(), recipe, Streamer.engineSpec(sampleRate, channels.length));
  const out = channels.map((c) => new Float32Array(c.length));
  let at = 0;
  const streamer = new Streamer(engine, (cleaned, from, count) => {
    out.forEach((to, c) => to.set(cleaned[c]!.subarray(from, from + count), at));
    at += count;
  });
  streamer.push(channels);
  streamer.finish();
  expect(at).toBe(channels[0]!.length);
  return out;
}

const furthest = (a: Float32Array[], b: Float32Array[]) =>
  a.reduce((most, c, k) => c.reduce((m, x, i) => Math.max(m, Math.abs(x - b[k]![i]!)), most), 0);

/** What effects need that do nothing at their defaults, or nothing to this signal. */
const busy: Record<string, Record<string, number>> = { eq: { bellgain: -6 }, gate: { threshold: -12 }, dehum: { base: 50 }, declip: { level: -20 }, 'spectral-repair': { start: 0.5, length: 0.5 } };
const leavesTheSound = new Set(['voice', 'hum', 'clipping', 'debreath', 'auto-gate']); // hum is looked for longer than this signal lasts; it is not clipped; nobody breathes; it has learned nothing

/** A noisy voice with a hum, a pop and clicks, so that every repair finds its work. */
function damaged(frames: number, sampleRate: number): Float32Array {
  const x = noisyVoice(frames, sampleRate);
  for (let i = 0; i < frames; i++) x[i] = x[i]! + 0.02 * Math.sin((2 * Math.PI * 50 * i) / sampleRate);
  const pop = Math.round(0.1 * sampleRate);
  for (let i = 0; i < pop; i++) x[sampleRate + i] = x[sampleRate + i]! + 0.6 * Math.sin((Math.PI * i) / pop) * Math.sin((2 * Math.PI * 40 * i) / sampleRate);
  for (let i = 5000; i < frames; i += 9973) x[i] = x[i]! + 0.7;
  return x;
}

describe('native and wasm', () => {
  const step = (e: (typeof effects)[number]) => ({ effect: e.id, params: busy[e.id] ?? {} }) as RecipeStep;
  const recipes: [string, Recipe][] = [
    ...effects.map((e): [string, Recipe] => [e.id, { version: 1, chain: [step(e)] }]),
    ...effects.filter((e) => e.live).map((e): [string, Recipe] => [`${e.id}, low latency`, { version: 1, lowLatency: true, chain: [step(e)] }]),
    ...Object.entries(presets),
    ['denoise by imcra', { version: 1, chain: [{ effect: 'denoise', params: { tracker: 1 } }] }],
  ];
  for (const [name, recipe] of recipes) {
    for (const sampleRate of [16000, 44100, 48000]) {
      // Where matrices are factored or solutions sought, roundings add up; a loudness that is raised raises them. Two noises that have nothing in
      // common leave an eigenvector, found by iteration, nearly free.
      const has = (...ids: string[]) => recipe.chain.some((s) => ids.includes(s.effect));
      const within = has('beamform', 'beamform-offline') ? 1e-3 : has('dereverb-offline', 'loudness', 'declip') ? 1e-4 : 1e-5;
      it(`agree to ${within} on ${name} at ${sampleRate} Hz`, async () => {
        const { label, help, ...bare } = recipe;
        const x = [damaged(2 * sampleRate, sampleRate), noise(2 * sampleRate, 0.1, 9)];
        const a = natively(x, sampleRate, bare);
        expect(furthest(a, await inWasm(x, sampleRate, bare))).toBeLessThan(within);
        if (!leavesTheSound.has(name.replace(', low latency', ''))) expect(furthest(a, x)).toBeGreaterThan(1e-3); // it did something
      });
    }
  }

  it('agree to the bit where no libm is involved', async () => {
    const x = [noise(20000, 0.9)];
    expect(await inWasm(x, 48000, { version: 1, chain: [] })).toEqual(natively(x, 48000, { version: 1, chain: [] }));
    expect(await inWasm(x, 48000, { version: 1, chain: [] })).toEqual(x); // the null test
  });
});

describe('Engine', () => {
  it('refuses with the reason', () => {
    const make = (recipe: unknown, spec = {}) => () => new Engine(glue(), recipe as Recipe, { sampleRate: 48000, channels: 1, maxFrames: 128, ...spec });
    expect(make({ version: 1, chain: [{ effect: 'nope' }] })).toThrow(/no effect "nope"; known are: .*denoise/);
    expect(make({ version: 1, chain: [{ effect: 'denoise', params: { floor: 5 } }] })).toThrow(/-40 to 0 dB are accepted/);
    expect(make({ version: 3, chain: [] })).toThrow(/version 3/);
    expect(make({ version: 1, chain: [] }, { sampleRate: 0 })).toThrow(/8000 to 192000 Hz/);
    expect(make({ version: 1, chain: [] }, { channels: 9 })).toThrow(/1 to 8 are accepted/);
  });

  it('has room for the largest spec twice over', () => {
    const shared = glue();
    const largest = { sampleRate: 192000, channels: 8, maxFrames: 4096 };
    const engines = [0, 1].map(() => new Engine(shared, checkRecipe(), largest));
    for (const e of engines) {
      e.channels[7]!.fill(0.5);
      e.process(4096);
    }
    expect(engines[0]!.latency).toBe(3840);
  });

  it('gives its memory back', () => {
    const shared = glue();
    for (let i = 0; i < 300; i++) new Engine(shared, checkRecipe(), { sampleRate: 192000, channels: 8, maxFrames: 4096 }).free();
    expect(shared.HEAPF32.byteLength).toBe(16777216); // and live effects never make it grow
  });

  it('makes room for effects that hold seconds, and an older engine goes on', () => {
    const shared = glue();
    const older = new Engine(shared, { version: 1, chain: [] }, { sampleRate: 48000, channels: 1, maxFrames: 4 });
    new Engine(shared, { version: 1, chain: [{ effect: 'dereverb-offline' }] }, { sampleRate: 48000, channels: 8, maxFrames: 4096 });
    expect(shared.HEAPF32.byteLength).toBeGreaterThan(16777216);
    older.channels[0]!.set([1, 0.5, 0.25, -1]);
    older.process(4);
    expect([...older.channels[0]!]).toEqual([1, 0.5, 0.25, -1]);
  });

  it('counts and replaces what are no numbers', () => {
    const engine = new Engine(glue(), { version: 1, chain: [] }, { sampleRate: 48000, channels: 1, maxFrames: 4 });
    engine.channels[0]!.set([1, NaN, Infinity, -0.5]);
    engine.process(4);
    expect([...engine.channels[0]!]).toEqual([1, 0, 0, -0.5]);
    expect(engine.badSamples).toBe(2);
  });

  it('learns, and takes up what was learned', () => {
    const engine = new Engine(glue(), checkRecipe('steady-noise'), { sampleRate: 48000, channels: 1, maxFrames: 4800 });
    engine.startLearning(0);
    for (let i = 0; i < 10; i++) {
      engine.channels[0]!.set(noise(4800, 0.1, i + 1));
      engine.process(4800);
    }
    const learned = engine.finishLearning(0);
    expect(learned).toHaveLength(128);
    const recipe: Recipe = { version: 1, chain: [{ effect: 'denoise', learned }] };
    expect(checkRecipe(recipe)).toEqual(recipe);
    new Engine(glue(), recipe, { sampleRate: 16000, channels: 2, maxFrames: 128 });
    expect(() => engine.startLearning(7)).toThrow(/no such step/);
  });
});

describe('models', () => {
  const voice: Recipe = { version: 1, chain: [{ effect: 'voice-denoise' }] };
  const withFile = (file: ArrayBuffer) => () => new Engine(instantiate({ module, models: { voice: file } }), voice, { sampleRate: 48000, channels: 1, maxFrames: 128 });
  const changed = (at: number) => {
    const file = models.voice!.slice();
    new Uint8Array(file)[at]! ^= 0x5a;
    return file;
  };
  it('are refused with the reason where a byte is wrong or missing', () => {
    const end = models.voice!.byteLength;
    for (const file of [new ArrayBuffer(0), new ArrayBuffer(5), changed(3), changed(9), changed(end - 1), changed(end >> 1), models.voice!.slice(0, end - 1), models.voice!.slice(0, 100)]) {
      expect(withFile(file)).toThrow(/^the model "voice": /);
      expect(withFile(file)).toThrow(expect.objectContaining({ code: 'bad-model' }));
    }
  });
  it('are asked for by name where they are missing', () => {
    expect(() => new Engine(instantiate({ module, models: {} }), voice, { sampleRate: 48000, channels: 1, maxFrames: 128 })).toThrow(/model "voice" was not loaded/);
  });
  it('say whether somebody speaks', () => {
    const engine = withFile(models.voice!)();
    engine.process(128);
    expect(engine.speechPresence).toBeGreaterThanOrEqual(0);
    expect(engine.speechPresence).toBeLessThanOrEqual(1);
  });
});
