// The File place, with real files.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { fixture } from './fixtures';
import { lag, samples, siSdr, videoFingerprint } from './measure';
import { cleanAndDownload, download, drop, test } from './page';

test('a noisy WAV comes back cleaner, in place and of the same length', async ({ rinsePage: page }) => {
  const path = await cleanAndDownload(page, fixture('noisy.wav'));
  const [clean, noisy, cleaned] = [samples(fixture('clean.wav')), samples(fixture('noisy.wav')), samples(path)];
  expect(cleaned.length).toBe(noisy.length);
  expect(lag(clean, cleaned)).toBe(0);
  expect(siSdr(clean, cleaned)).toBeGreaterThan(siSdr(clean, noisy) + 3);
  await expect(page.locator('.waveform.before')).toBeVisible();
  await expect(page.locator('.waveform.after')).toBeVisible();
});

for (const [format, codec] of [['wav-16', 'pcm_s16le'], ['wav-24', 'pcm_s24le'], ['wav-float', 'pcm_f32le']] as const) {
  test(`downloads as ${format}, keeping rate and channels`, async ({ rinsePage: page }) => {
    const path = await cleanAndDownload(page, fixture('stereo44.wav'), format);
    const probe = execFileSync('ffprobe', ['-loglevel', 'error', '-show_entries', 'stream=codec_name,sample_rate,channels', '-of', 'csv=p=0', path], { encoding: 'utf8' });
    expect(probe.trim()).toBe(`${codec},44100,2`);
    expect(samples(path).length).toBe(samples(fixture('stereo44.wav')).length);
  });
}

for (const name of ['noisy.mp3', 'noisy.m4a', 'noisy.flac', 'noisy.ogg', 'noisy.opus']) {
  test(`${name} lines up to the sample`, async ({ rinsePage: page }) => {
    const path = await cleanAndDownload(page, fixture(name));
    const cleaned = samples(path);
    expect(cleaned.length).toBe(samples(fixture('noisy.wav')).length); // what was encoded, without the coder's padding
    expect(lag(samples(fixture('clean.wav')), cleaned)).toBe(0);
  });
}

for (const [name, parts] of [['cover.mp3', 1], ['joined.mp3', 2]] as const) {
  test(`${name} is as long as it sounds`, async ({ rinsePage: page }) => {
    const cleaned = samples(await cleanAndDownload(page, fixture(name)));
    expect(Math.abs(cleaned.length - parts * samples(fixture('noisy.wav')).length)).toBeLessThanOrEqual((parts - 1) * 4 * 1152);
    expect(lag(samples(fixture('clean.wav')), cleaned)).toBe(0);
  });
}

test('a video without an ending keeps its kind in the name', async ({ rinsePage: page }) => {
  expect(await cleanAndDownload(page, fixture('noending'))).toMatch(/noending-cleaned\.mp4$/);
});

for (const [name, spare] of [['noisy.mp4', 0], ['noisy.mov', 0], ['noisy.webm', 960], ['noisy.mkv', 1100]] as const) {
  test(`${name} keeps its pictures to the byte and its sound in place`, async ({ rinsePage: page }) => {
    const path = await cleanAndDownload(page, fixture(name));
    expect(videoFingerprint(path)).toBe(videoFingerprint(fixture(name)));
    const [clean, input, cleaned] = [samples(fixture('clean.wav')), samples(fixture(name)), samples(path)];
    // WebM and Matroska do not say where within the last packet the sound ends, so up to one packet may remain.
    expect(Math.abs(cleaned.length - input.length)).toBeLessThanOrEqual(spare);
    expect(lag(clean, cleaned)).toBe(lag(clean, input));
    expect(siSdr(clean, cleaned.subarray(lag(clean, input)))).toBeGreaterThan(siSdr(clean, input.subarray(lag(clean, input))) + 2);
  });
}

test('a setting that does nothing gives the samples back', async ({ rinsePage: page }) => {
  await page.getByRole('slider', { name: 'Strength' }).fill('0');
  await page.getByText('More settings').first().click();
  const path = await cleanAndDownload(page, fixture('noisy.wav'), 'wav-float');
  const [input, output] = [samples(fixture('noisy.wav')), samples(path)];
  expect(input.every((x, i) => Math.abs(x - output[i]!) < 2e-6)).toBe(true);
});

test('plays original, cleaned and removed, switching without a gap', async ({ rinsePage: page }) => {
  // Everything that reaches the loudspeaker is recorded: the tone of the original may change its level, but never pause.
  await page.addInitScript(() => {
    const connect = AudioNode.prototype.connect as (to: AudioNode) => AudioNode;
    const taps = new WeakMap<BaseAudioContext, Promise<AudioNode>>();
    const heard: number[] = ((window as unknown as { heard: number[] }).heard = []);
    const tapOf = async (context: BaseAudioContext) => {
      await context.audioWorklet.addModule('/peak-processor.js');
      const node = new AudioWorkletNode(context, 'peak');
      node.port.onmessage = (e: MessageEvent<number>) => heard.push(e.data);
      connect.call(node, context.destination);
      return node;
    };
    AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
      if (to === this.context.destination) {
        if (!taps.has(this.context)) taps.set(this.context, tapOf(this.context));
        void taps.get(this.context)!.then((tap) => connect.call(this, tap));
      }
      return connect.call(this, to);
    } as AudioNode['connect'];
    // A machine that has no time for the page between one voice's fade and the next's.
    const ramp = AudioParam.prototype.linearRampToValueAtTime;
    AudioParam.prototype.linearRampToValueAtTime = function (this: AudioParam, ...to) {
      for (const until = performance.now() + 20; performance.now() < until; );
      return ramp.apply(this, to);
    };
  });
  await page.reload();
  await page.getByText('More settings').first().click();
  await drop(page, fixture('tone.wav'));
  await page.getByRole('combobox', { name: 'Preset' }).selectOption('steady-noise');
  await page.getByRole('slider', { name: 'Strength' }).fill('10'); // the steady tone survives
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await expect(page.getByRole('link', { name: /^Download/ })).toBeVisible();
  await page.getByRole('button', { name: 'Play' }).click();
  await page.waitForTimeout(1500);
  const group = page.getByRole('radiogroup', { name: 'Listen to' });
  for (const what of ['Original', 'Cleaned', 'Original', 'Cleaned', 'Original']) {
    await group.getByRole('radio', { name: what }).check();
    await page.waitForTimeout(200);
  }
  const [first, position] = await page.evaluate(() => [(window as unknown as { heard: number[] }).heard, Number((document.querySelector('[aria-label=Position]') as HTMLInputElement).value)] as const);
  const sounding = first.slice(first.findIndex((x) => x > 0.1) + 20);
  expect(sounding.length).toBeGreaterThan(150);
  expect(Math.min(...sounding)).toBeGreaterThan(0.25); // the tone has 0.5 in the original, some 0.33 cleaned: never less in between
  expect(position).toBeGreaterThan(1);
  await group.getByRole('radio', { name: 'Removed' }).check();
  await page.waitForTimeout(400);
  const removed = await page.evaluate(() => (window as unknown as { heard: number[] }).heard.slice(-20));
  expect(Math.max(...removed)).toBeLessThan(0.3); // what was removed is less than what was there
  await page.getByRole('button', { name: 'Pause' }).click();
});

test('cleans several files one after the other', async ({ rinsePage: page }) => {
  await drop(page, fixture('noisy.wav'), fixture('noisy.flac'), fixture('noisy.mp3'));
  await expect(page.getByRole('article')).toHaveCount(3);
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await expect(page.getByRole('link', { name: /^Download/ })).toHaveCount(3);
});

test('shows progress with the time left, and cancels without traces', async ({ rinsePage: page }) => {
  await drop(page, fixture('long.wav'));
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await expect(page.getByRole('progressbar', { name: 'Cleaning' })).toBeVisible();
  await expect(page.getByText(/\d+ %, \d+.* left/)).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Cancelled. The file is as it was.')).toBeVisible();
  await expect(page.getByRole('link', { name: /^Download/ })).toHaveCount(0);
  const left = await page.evaluate(async () => {
    const names: string[] = [];
    const walk = async (d: FileSystemDirectoryHandle) => {
      for await (const [name, h] of (d as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries()) {
        if (h.kind === 'file') names.push(name);
        else await walk(h as FileSystemDirectoryHandle);
      }
    };
    await walk(await navigator.storage.getDirectory());
    return names;
  });
  expect(left).toEqual([]);
});

test('says that a result is out of date when the settings change, and cleans again', async ({ rinsePage: page }) => {
  await cleanAndDownload(page, fixture('noisy.wav'));
  await page.getByRole('slider', { name: 'Strength' }).fill('100');
  await expect(page.getByText('The settings have changed')).toBeVisible();
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await expect(page.getByText('The settings have changed')).toBeHidden();
  await expect(page.getByRole('progressbar', { name: 'Cleaning' })).toBeHidden();
  const path = await download(page);
  expect(readFileSync(path).length).toBeGreaterThan(1000);
});

for (const [name, message] of [
  ['empty.wav', /the file is empty/],
  ['letter.mp3', /no sound or video file that can be read here|can't be read|damaged/],
  ['header-only.wav', /no samples/],
  ['silent-film.mp4', /the file has no sound/],
  ['unknown.mka', /codec|decode/],
  ['locked.m4a', /encrypted|decoded/],
  ['list.m3u8', /no sound or video file that can be read here/],
  ['zero-hertz.wav', /sample rate is 0|can.t be read|no sound or video|damaged/],
  ['slow.wav', /8000 to 192000 Hz are accepted/],
  ['cut.mp4', /ends before|no sound or video|damaged/],
] as const) {
  test(`${name} is refused with the reason`, async ({ rinsePage: page }) => {
    await drop(page, fixture(name));
    await expect(page.getByRole('alert')).toContainText(message);
    await expect(page.getByRole('button', { name: 'Clean', exact: true })).toBeDisabled();
  });
}

for (const name of ['cut.wav', 'cut.mp3', 'front.mp4']) {
  test(`${name}, cut in the middle, is cleaned as far as it goes and the user is told`, async ({ rinsePage: page }) => {
    await drop(page, fixture(name));
    await expect(page.getByText(/ends early|damaged after/)).toBeVisible();
    await page.getByRole('button', { name: 'Clean', exact: true }).click();
    const path = await download(page);
    if (name === 'front.mp4') return expect(samples(path).length).toBeGreaterThan(48000);
    const half = samples(fixture('noisy.wav')).length / 2;
    expect(samples(path).length).toBeGreaterThan(half * 0.9);
    expect(samples(path).length).toBeLessThan(half * 1.1);
  });
}

test('samples that are no numbers are replaced and the user is told', async ({ rinsePage: page }) => {
  const path = await cleanAndDownload(page, fixture('nan.wav'), 'wav-float');
  await expect(page.getByText(/samples were no numbers/)).toBeVisible();
  expect(samples(path).every(Number.isFinite)).toBe(true);
});

test('a full disk is said in plain words and leaves nothing to download', async ({ rinsePage: page }) => {
  const client = await page.context().newCDPSession(page);
  await client.send('Storage.overrideQuotaForOrigin', { origin: 'http://127.0.0.1:4190', quotaSize: 2_000_000 });
  await drop(page, fixture('long.wav'));
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText("storage is full", { timeout: 30_000 });
  await expect(page.getByRole('link', { name: /^Download/ })).toHaveCount(0);
});

test('what a closed tab left behind is swept away', async ({ context }) => {
  const first = await context.newPage();
  await first.goto('some/where/');
  await drop(first, fixture('long.wav'));
  await first.getByRole('button', { name: 'Clean', exact: true }).click();
  await expect(first.getByText(/\d+ %, \d+.* left/)).toBeVisible();
  await first.close({ runBeforeUnload: false });
  const second = await context.newPage();
  await second.goto('some/where/');
  await cleanAndDownload(second, fixture('noisy.wav'));
  const folders = await second.evaluate(async () => {
    const names: string[] = [];
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('rinse-scratch');
    for await (const name of (root as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
    return names;
  });
  expect(folders).toHaveLength(1);
});
