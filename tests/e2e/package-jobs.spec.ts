// The npm package in its worker: buffers, files, readers; what it refuses, and under which policies it works.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { fixture } from './fixtures';
import { open } from './harness';

test('file latency is none: the cleaned buffer lines up', async ({ page }) => {
  await open(page);
  const at = await page.evaluate(async () => {
    const x = new Float32Array(48000);
    x[20000] = 1;
    const { channels } = await window.rinse.cleanBuffer({ sampleRate: 48000, channels: [x] }, { recipe: { version: 1, chain: [{ effect: 'denoise', params: { floor: 0 } }] } });
    return channels[0]!.reduce((at, v, i) => (Math.abs(v) > Math.abs(channels[0]![at]!) ? i : at), 0);
  });
  expect(at).toBe(20000);
});

const refusals: [string, string, string, RegExp][] = [
  ['the wasm is not there', 'harness.html', `createCleaner(new AudioContext(), { assets: { wasm: '/nowhere.wasm' } })`, /no-wasm.*404/],
  ['the wasm is something else', 'harness.html', `createCleaner(new AudioContext(), { assets: { wasm: '/harness.js' } })`, /no-wasm.*could not be compiled/],
  ['the processor is not there', 'harness.html', `createCleaner(new AudioContext(), { assets: { processor: '/nowhere.js' } })`, /no-worklet/],
  ['the policy refuses wasm', 'no-wasm.html', `createCleaner(new AudioContext())`, /no-wasm.*wasm-unsafe-eval/],
  ['the policy refuses the worker', 'no-worker.html', `cleanBuffer({ sampleRate: 48000, channels: [new Float32Array(100)] })`, /no-worker/],
  ['the recipe is unknown', 'harness.html', `createCleaner(new AudioContext(), { recipe: 'nope' })`, /bad-recipe.*meeting-voice/],
  ['the recipe looks ahead', 'harness.html', `createCleaner(new AudioContext(), { recipe: 'drums-snare' })`, /bad-recipe.*does not keep up with a microphone: it looks ahead/],
  ['the recipe hears too far ahead', 'harness.html', `createCleaner(new AudioContext(), { recipe: 'voice-recording', lookAhead: true })`, /bad-recipe.*voice-denoise-offline does not keep up.*playable\(\) puts its live sibling in its place/],
  ['the recipe needs the whole file', 'harness.html', `createCleaner(new AudioContext(), { recipe: 'clipping', lookAhead: true })`, /bad-recipe.*works on whole files only/],
  ['the rate is absurd', 'harness.html', `cleanBuffer({ sampleRate: 0, channels: [new Float32Array(100)] })`, /bad-audio.*8000 to 192000/],
  ['there are no channels', 'harness.html', `cleanBuffer({ sampleRate: 48000, channels: [] })`, /bad-audio.*1 to 8/],
  ['there are no samples', 'harness.html', `cleanBuffer({ sampleRate: 48000, channels: [new Float32Array(0)] })`, /bad-audio.*no samples/],
  ['the channels differ', 'harness.html', `cleanBuffer({ sampleRate: 48000, channels: [new Float32Array(9), new Float32Array(8)] })`, /bad-audio.*same length/],
  ['the file is empty', 'harness.html', `cleanFile(new Blob([]))`, /empty-file/],
  ['the file is a letter', 'harness.html', `cleanFile(new Blob(['Dear reader, '.repeat(99)]))`, /not-media|truncated/],
  ['the stream has no sound', 'harness.html', `cleanStream(new MediaStream())`, /no-audio/],
];
for (const [name, at, call, message] of refusals) {
  test(`rejects when ${name}`, async ({ page }) => {
    await open(page, at);
    const answer = await page.evaluate(`window.rinse.${call}.then(() => 'resolved', (e) => e.code + ': ' + e.message)`);
    expect(answer).toMatch(message);
  });
}

test('works under a strict policy', async ({ page }) => {
  await open(page, 'strict.html');
  const length = await page.evaluate(async () => {
    const buffer = new AudioBuffer({ length: 4800, sampleRate: 48000, numberOfChannels: 2 });
    await window.rinse.createCleaner(new OfflineAudioContext(1, 128, 48000));
    return (await window.rinse.cleanBuffer(buffer)).length;
  });
  expect(length).toBe(4800);
});

test('a video is cleaned though the policy, sent as a header, forbids what the AAC encoder needs', async ({ page }) => {
  await open(page, 'sealed/harness.html');
  const file = [...readFileSync(fixture('noisy.mp4'))];
  const size = await page.evaluate(async (bytes) => (await window.rinse.cleanFile(new Blob([Uint8Array.from(bytes)]))).size, file);
  expect(size).toBeGreaterThan(10_000);
});

test('a reader gives the same samples from anywhere, also when reads overtake each other', async ({ page }) => {
  await open(page);
  const file = [...readFileSync(fixture('noisy.flac'))];
  const differences = await page.evaluate(async (bytes) => {
    const blob = new Blob([Uint8Array.from(bytes)]);
    const reader = await window.rinse.openReader(blob);
    const whole = (await reader.read(0, reader.info.frames))[0]!;
    const starts = [100_000, 7, 102_420, 48_000, 250_001];
    const pieces = await Promise.all(starts.map((from) => reader.read(from, 24_000)));
    reader.close();
    return pieces.map(([piece], i) => piece!.reduce((m, v, k) => Math.max(m, Math.abs(v - whole[starts[i]! + k]!)), 0));
  }, file);
  expect(differences).toEqual([0, 0, 0, 0, 0]);
});

test('cleanBuffer leaves its input alone, reports progress and can be aborted', async ({ page }) => {
  await open(page);
  const result = await page.evaluate(async () => {
    const x = Float32Array.from({ length: 480000 }, (_, i) => Math.sin(i * i));
    const copy = x.slice();
    const progress: number[] = [];
    await window.rinse.cleanBuffer({ sampleRate: 48000, channels: [x] }, { onProgress: (done) => progress.push(done) });
    const abort = new AbortController();
    const aborted = window.rinse
      .cleanBuffer({ sampleRate: 48000, channels: [x] }, { signal: abort.signal, onProgress: () => abort.abort() })
      .then(() => 'finished', (e: Error) => e.name);
    return { untouched: x.every((v, i) => v === copy[i]), progress, aborted: await aborted };
  });
  expect(result.untouched).toBe(true);
  expect(result.progress.at(-1)).toBe(10);
  expect(result.aborted).toBe('AbortError');
});

test('music passes that plays alone, also when it sounds like a voice for a moment, and goes where somebody speaks', async ({ page }) => {
  await open(page);
  const kept = await page.evaluate(async () => {
    const rate = 48000;
    const file = await fetch('fixtures/clean.wav').then((r) => r.arrayBuffer());
    const words = (await new OfflineAudioContext(1, 1, rate).decodeAudioData(file)).getChannelData(0);
    const music = new Float32Array(12 * rate);
    for (let at = 0, beat = 0; at < music.length; at += rate / 2, beat++) // struck chords, two a second
      for (const hz of [1, 1.25, 1.5].map((interval) => interval * [131, 175, 196, 147][beat % 4]!))
        for (let i = at; i < Math.min(music.length, at + rate); i++) {
          const t = (i - at) / rate;
          for (let h = 1; h <= 8; h++) music[i]! += (0.03 / h) * Math.exp(-3 * t) * Math.min(1, t / 0.005) * Math.sin(2 * Math.PI * h * hz * t);
        }
    const power = (x: Float32Array, from: number, to: number) => x.slice(from * rate, to * rate).reduce((sum, v) => sum + v * v, 0);
    const withWords = async (seconds: number) => {
      const x = music.slice();
      for (let i = 0; i < seconds * rate; i++) x[5 * rate + i]! += words[i]!;
      const { channels } = await window.rinse.cleanBuffer({ sampleRate: rate, channels: [x] }, { recipe: 'voice-recording' });
      return 10 * Math.log10(power(channels[0]!, 8, 11) / power(music, 8, 11));
    };
    return Promise.all([0, 0.5, 2].map(withWords));
  });
  expect(kept[0]).toBeGreaterThan(-1); // dB
  expect(kept[1]).toBeGreaterThan(-1);
  expect(kept[2]).toBeLessThan(-15);
});

test('two cleanings at once give what each gives alone', async ({ page }) => {
  await open(page);
  const file = [...readFileSync(fixture('noisy.wav'))];
  const sizes = await page.evaluate(async (bytes) => {
    const blob = new Blob([Uint8Array.from(bytes)]);
    const sum = async (b: Blob) => new Uint8Array(await crypto.subtle.digest('SHA-256', await b.arrayBuffer())).join();
    const alone = await sum(await window.rinse.cleanFile(blob));
    const both = await Promise.all([window.rinse.cleanFile(blob), window.rinse.cleanFile(blob, { recipe: 'voice-recording' })]);
    return [alone, ...(await Promise.all(both.map(sum)))];
  }, file);
  expect(sizes[1]).toBe(sizes[0]);
  expect(sizes[2]).toBe(sizes[0]);
});
