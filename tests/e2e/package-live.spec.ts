// The npm package live: the node, the stream, their latency, failures and memory.
import { expect, test } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type * as Rinse from '../../worklet/src/index';
import { open } from './harness';

for (const sampleRate of [8000, 16000, 44100, 48000, 96000]) {
  for (const lowLatency of [false, true]) {
    test(`live latency at ${sampleRate} Hz${lowLatency ? ', low' : ''} is what the node reports, to the sample`, async ({ page }) => {
      await open(page);
      const { reported, measured } = await page.evaluate(
        async ({ sampleRate, lowLatency }) => {
          const context = new OfflineAudioContext(1, sampleRate, sampleRate);
          const cleaner = await window.rinse.createCleaner(context, {
            channels: 1,
            recipe: { version: 1, lowLatency, chain: [{ effect: 'denoise', params: { floor: 0, lowcut: 0 } }] },
          });
          const impulse = new AudioBuffer({ length: sampleRate, sampleRate });
          impulse.getChannelData(0)[1000] = 1;
          const source = new AudioBufferSourceNode(context, { buffer: impulse });
          source.connect(cleaner).connect(context.destination);
          source.start();
          const out = (await context.startRendering()).getChannelData(0);
          return { reported: Math.round(cleaner.latency * sampleRate), measured: out.reduce((at, x, i) => (Math.abs(x) > Math.abs(out[at]!) ? i : at), 0) - 1000 };
        },
        { sampleRate, lowLatency },
      );
      expect(measured).toBe(reported);
      expect(reported).toBeLessThanOrEqual(sampleRate * (lowLatency ? 0.012 : 0.02));
    });
  }
}

test('the worklet gives the same samples as the worker, mono and stereo, looking ahead or not', async ({ page }) => {
  await open(page);
  const differences = await page.evaluate(async () => {
    const found: number[] = [];
    for (const [channels, recipe] of [[1, 'meeting-voice'], [2, 'meeting-voice'], [2, 'drums-snare']] as const) {
      const noise = Array.from({ length: channels }, (_, c) => Float32Array.from({ length: 48000 }, (_, i) => Math.sin(i * 0.05 * (c + 1)) * 0.2 + (((i * 7919 + c) % 1000) / 1000 - 0.5) * 0.1));
      const file = await window.rinse.cleanBuffer({ sampleRate: 48000, channels: noise }, { recipe });
      const context = new OfflineAudioContext(channels, 53000, 48000);
      const cleaner = await window.rinse.createCleaner(context, { channels, recipe, lookAhead: recipe === 'drums-snare' });
      const lag = Math.round(cleaner.latency * 48000);
      const buffer = new AudioBuffer({ length: 48000, sampleRate: 48000, numberOfChannels: channels });
      noise.forEach((x, c) => buffer.copyToChannel(x, c));
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(cleaner).connect(context.destination);
      source.start();
      const live = await context.startRendering();
      for (let c = 0; c < channels; c++) {
        const y = live.getChannelData(c);
        found.push(file.channels[c]!.reduce((m, v, i) => Math.max(m, Math.abs(v - y[i + lag]!)), 0));
      }
    }
    return found;
  });
  for (const d of differences) expect(d).toBe(0);
});

test('a side-chain opens the gate, live as in the worker', async ({ page }) => {
  await open(page);
  const { worst, shut, open: opened } = await page.evaluate(async () => {
    const recipe = { version: 1 as const, chain: [{ effect: 'denoise' as const, params: { floor: 0, lowcut: 0 } }, { effect: 'gate' as const, params: { range: -60 } }] };
    const audio = (make: (i: number) => number) => ({ sampleRate: 48000, channels: [Float32Array.from({ length: 48000 }, (_, i) => make(i))] });
    const sound = audio((i) => 0.2 * Math.sin(i * 0.05));
    const key = audio((i) => (i >= 24000 && i < 36000 ? 0.5 * Math.sin(i * 0.3) : 0));
    const file = await window.rinse.cleanBuffer(sound, { recipe, sideChain: key });
    const context = new OfflineAudioContext(1, 52000, 48000);
    const cleaner = await window.rinse.createCleaner(context, { channels: 1, recipe, sideChain: true });
    [sound, key].forEach(({ channels }, input) => {
      const buffer = new AudioBuffer({ length: 48000, sampleRate: 48000 });
      buffer.copyToChannel(channels[0]!, 0);
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(cleaner, 0, input);
      source.start();
    });
    cleaner.connect(context.destination);
    const live = (await context.startRendering()).getChannelData(0);
    const lag = Math.round(cleaner.latency * 48000);
    const y = file.channels[0]!;
    const peak = (from: number, to: number) => y.subarray(from, to).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    return { worst: y.reduce((m, v, i) => Math.max(m, Math.abs(v - live[i + lag]!)), 0), shut: peak(12000, 23000), open: peak(24500, 36000) };
  });
  expect(worst).toBe(0);
  expect(shut).toBeLessThan(3e-4);
  expect(opened).toBeGreaterThan(0.19);
  const refused = await page.evaluate(() =>
    window.rinse.cleanBuffer({ sampleRate: 48000, channels: [new Float32Array(9)] }, { sideChain: { sampleRate: 48000, channels: [new Float32Array(9)] } }).catch((e: Error) => e.message),
  );
  expect(refused).toContain('no effect of the recipe listens to a side-chain');
});

test('any render quantum gives the same', async ({ page }) => {
  await open(page);
  const [usual, other, size] = await page.evaluate(async () => {
    const render = async (renderSizeHint: number) => {
      const context = new (OfflineAudioContext as unknown as new (o: object) => OfflineAudioContext)({ numberOfChannels: 1, length: 24000, sampleRate: 48000, renderSizeHint });
      const cleaner = await window.rinse.createCleaner(context, { channels: 1 });
      const buffer = new AudioBuffer({ length: 24000, sampleRate: 48000 });
      buffer.getChannelData(0).forEach((_, i, x) => (x[i] = Math.sin(i * i * 1e-5) * 0.3));
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(cleaner).connect(context.destination);
      source.start();
      return [[...(await context.startRendering()).getChannelData(0)], (context as unknown as { renderQuantumSize?: number }).renderQuantumSize] as const;
    };
    const a = await render(128);
    const b = await render(444);
    return [a[0], b[0], b[1]] as const;
  });
  test.info().annotations.push({ type: 'quantum', description: `this browser rendered in quanta of ${size ?? 128}` });
  expect(other.slice(0, 23000)).toEqual(usual.slice(0, 23000));
});

test('set, bypass and recipe are heard, without a click, and bad values are refused', async ({ page }) => {
  await open(page);
  const result = await page.evaluate(async () => {
    const context = new OfflineAudioContext(1, 96000, 48000);
    const cleaner = await window.rinse.createCleaner(context, { channels: 1, recipe: { version: 1, chain: [{ effect: 'denoise', params: { floor: -6 } }] } });
    const oscillator = new OscillatorNode(context, { frequency: 220 });
    oscillator.connect(cleaner).connect(context.destination);
    oscillator.start();
    const refused: string[] = [];
    const attempt = async (what: () => unknown) => {
      try {
        await what();
      } catch (e) {
        refused.push((e as Error).message);
      }
    };
    /** Stops the clock at `seconds`, acts, waits until the worklet has heard it, goes on. */
    const at = (seconds: number, act: () => unknown) =>
      void context.suspend(seconds).then(async () => {
        await act();
        await cleaner.stats();
        await context.resume();
      });
    [true, false, true, false].forEach((on, i) => at(0.4 + 0.1 * i, () => cleaner.bypass(on)));
    at(1.0, () => cleaner.set('denoise', { floor: -3 }));
    at(1.2, () => cleaner.recipe({ version: 1, chain: [{ effect: 'denoise', params: { floor: -1 } }] }));
    at(1.8, async () => {
      await attempt(() => cleaner.set('denoise', { floor: 9 }));
      await attempt(() => cleaner.set('nope' as 'denoise', {}));
      await attempt(() => cleaner.set('denoise', {}, 5));
      await attempt(() => cleaner.recipe('nope'));
    });
    let stats: Rinse.Stats | undefined;
    at(1.9, async () => (stats = await cleaner.stats()));
    const out = (await context.startRendering()).getChannelData(0);
    let roughest = 0;
    for (let i = 12000; i + 1 < out.length; i++) roughest = Math.max(roughest, Math.abs(out[i + 1]! - 2 * out[i]! + out[i - 1]!));
    const peak = (from: number, to: number) => out.slice(from * 48000, to * 48000).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    return { refused, stats: stats!, recipe: cleaner.currentRecipe, roughest, bypassed: peak(0.45, 0.5), cleaning: peak(0.55, 0.6) };
  });
  // A sine of amplitude 1 at 220 Hz has second differences of (2 pi 220 / 48000)^2 = 0.0008; a click would be a step of 0.1 or more.
  expect(result.roughest).toBeLessThan(0.005);
  expect(result.bypassed).toBeGreaterThan(result.cleaning + 0.01);
  expect(result.refused).toHaveLength(4);
  expect(result.refused[0]).toMatch(/floor/);
  expect(result.recipe.chain[0]!.params).toEqual({ floor: -1 });
  expect(result.stats.cleaning).toBe(true);
  expect(result.stats.inputDb).toBeGreaterThan(-10);
});

test('learns from a live stretch of noise, and the recipe carries it', async ({ page }) => {
  await open(page);
  const learned = await page.evaluate(async () => {
    const context = new AudioContext({ sampleRate: 48000 });
    const cleaner = await window.rinse.createCleaner(context, { channels: 1, recipe: 'steady-noise' });
    const buffer = new AudioBuffer({ length: 48000, sampleRate: 48000 });
    buffer.getChannelData(0).forEach((_, i, x) => (x[i] = (((i * 7919) % 10007) / 10007 - 0.5) * 0.1));
    const source = new AudioBufferSourceNode(context, { buffer, loop: true });
    source.connect(cleaner).connect(context.destination);
    source.start();
    const recipe = await cleaner.learn(0.6);
    await cleaner.recipe(recipe);
    await context.close();
    return recipe.chain[0]!.learned?.length;
  });
  expect(learned).toBe(128);
});

test('when the engine traps, audio passes through unchanged and an error says so', async ({ page }) => {
  await open(page);
  const { error, recipe, cleaning, same } = await page.evaluate(async () => {
    const context = new OfflineAudioContext(1, 48000, 48000);
    const cleaner = await window.rinse.createCleaner(context, { channels: 1, assets: { processor: '/trapping-processor.js' } });
    const error = new Promise<string>((resolve) => cleaner.addEventListener('error', (e) => resolve((e as ErrorEvent).message)));
    const buffer = new AudioBuffer({ length: 48000, sampleRate: 48000 });
    buffer.getChannelData(0).forEach((_, i, x) => (x[i] = Math.sin(i * 0.01) * 0.3));
    const input = buffer.getChannelData(0).slice();
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(cleaner).connect(context.destination);
    source.start();
    const out = (await context.startRendering()).getChannelData(0);
    const recipe = await cleaner.recipe('meeting-voice').then(() => 'resolved', (e: Error) => e.message);
    return { error: await error, recipe, cleaning: cleaner.cleaning, same: out.slice(101 * 128).every((x, i) => x === input[i + 101 * 128]) };
  });
  expect(error).toMatch(/stopped cleaning; audio passes through: .*unreachable/);
  expect(cleaning).toBe(false);
  expect(recipe).toMatch(/passes through unchanged|does not answer/);
  expect(same).toBe(true);
});

test('cleanStream gives a stream that is cleaned, over a call too', async ({ page }) => {
  await open(page);
  const result = await page.evaluate(async () => {
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: { noiseSuppression: false, autoGainControl: false } });
    const cleaned = await window.rinse.cleanStream(microphone);
    const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
    a.onicecandidate = (e) => e.candidate && b.addIceCandidate(e.candidate);
    b.onicecandidate = (e) => e.candidate && a.addIceCandidate(e.candidate);
    const arrived = new Promise<MediaStream>((resolve) => (b.ontrack = (e) => resolve(e.streams[0]!)));
    a.addTrack(cleaned.getAudioTracks()[0]!, cleaned);
    await a.setLocalDescription();
    await b.setRemoteDescription(a.localDescription!);
    await b.setLocalDescription();
    await a.setRemoteDescription(b.localDescription!);
    const remote = await arrived;
    await new Promise((r) => setTimeout(r, 2000));
    const stats = await cleaned.cleaner.stats();
    const sent = [...(await a.getStats()).values()].find((s) => s.type === 'media-source');
    await cleaned.destroy();
    return { stats, level: sent.totalAudioEnergy as number, tracks: remote.getAudioTracks().length, micLive: microphone.getAudioTracks()[0]!.readyState };
  });
  expect(result.tracks).toBe(1);
  expect(result.level).toBeGreaterThan(0);
  expect(result.stats.cleaning).toBe(true);
  expect(result.micLive).toBe('live'); // the caller's own
});

test('two hundred nodes made and destroyed leave no memory behind', async ({ page, browser }) => {
  await open(page);
  const client = await page.context().newCDPSession(page);
  const system = await browser.newBrowserCDPSession();
  /** Resident memory of all renderers, MB: heaps, wasm and worklet threads included. */
  const resident = async () => {
    for (let i = 0; i < 3; i++) {
      await client.send('HeapProfiler.collectGarbage');
      await page.waitForTimeout(300);
    }
    const { processInfo } = await system.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter((p) => p.type === 'renderer');
    expect(renderers.length).toBeGreaterThan(0);
    return renderers.reduce((sum, p) => sum + (Number(readFileSync(`/proc/${p.id}/statm`, 'utf8').split(' ')[1]) * 4096) / 1e6, 0);
  };
  await page.evaluate(() => ((window as unknown as { context: AudioContext }).context = new AudioContext()));
  const cycle = (count: number) =>
    page.evaluate(async (n) => {
      const { context } = window as unknown as { context: AudioContext };
      for (let i = 0; i < n; i++) {
        const cleaner = await window.rinse.createCleaner(context);
        new OscillatorNode(context).connect(cleaner).connect(context.destination);
        cleaner.destroy();
      }
    }, count);
  await cycle(50);
  const before = await resident();
  await cycle(200);
  const grown = (await resident()) - before;
  test.info().annotations.push({ type: 'memory', description: `${grown.toFixed(1)} MB more after 200 nodes` });
  expect(grown).toBeLessThan(12); // 200 engines are 60 MB, 200 instances 3 GB
});
