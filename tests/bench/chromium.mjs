// Measurements in a real browser: the load of the worklet with a fine clock, and one hour of stereo through the page.
import { chromium } from '@playwright/test';
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../tools/paths.mjs';

const origin = 'http://127.0.0.1:4191';
const args = [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-background-networking', '--autoplay-policy=no-user-gesture-required'];
const launch = { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args };

async function withServer(work) {
  const server = spawn(process.execPath, [join(root, 'tests/e2e/server.mjs')], { cwd: root, env: { ...process.env, RINSE_TEST_PORT: '4191' }, stdio: 'inherit' });
  try {
    for (let i = 0; i < 100; i++) {
      if (await fetch(`${origin}/harness.html`).then((r) => r.ok, () => false)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return await work();
  } finally {
    server.kill();
  }
}

/**
 * The worklet's own figures over `seconds` of live audio. Worklets have no fine clock; here a worker writes one into shared memory
 * (the page is isolated), and a script that is added before ours offers it as `performance`. Noisy machines: the best of `runs`.
 */
export function workletLoad(seconds = 10, runs = 3) {
  return withServer(async () => {
    const browser = await chromium.launch(launch);
    try {
      const page = await browser.newPage();
      await page.goto(`${origin}/isolated.html`);
      await page.waitForFunction(() => 'rinse' in window);
      return await page.evaluate(
        async ({ seconds, runs }) => {
          const shared = new SharedArrayBuffer(8);
          const ticking = new Worker('/clock-worker.js');
          ticking.postMessage(shared);
          const context = new AudioContext({ sampleRate: 48000 });
          await context.audioWorklet.addModule('/clock-processor.js');
          new AudioWorkletNode(context, 'clock', { processorOptions: shared });
          const buffer = new AudioBuffer({ length: 96000, sampleRate: 48000 });
          buffer.getChannelData(0).forEach((_, i, x) => (x[i] = (Math.random() - 0.5) * (0.02 + 0.3 * Math.sin(i / 4000) ** 2)));
          let best = null;
          for (let run = 0; run < runs; run++) {
            const cleaner = await window.rinse.createCleaner(context, { channels: 1 });
            const source = new AudioBufferSourceNode(context, { buffer, loop: true });
            source.connect(cleaner).connect(context.destination);
            source.start();
            await new Promise((r) => setTimeout(r, 2000)); // warm up
            await cleaner.stats();
            await new Promise((r) => setTimeout(r, seconds * 1000));
            const stats = await cleaner.stats();
            if (!best || stats.worstPercent < best.worstPercent) best = stats;
            source.stop();
            cleaner.destroy();
          }
          return best;
        },
        { seconds, runs },
      );
    } finally {
      await browser.close();
    }
  });
}

/**
 * Underruns (events in which Chromium had nothing to play) in `minutes` of live audio through the recipe, and through a worklet that only
 * copies, in the same page at the same time.
 */
export function liveUnderruns(minutes, recipe) {
  return withServer(async () => {
    const browser = await chromium.launch(launch);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(0);
      await page.goto(`${origin}/isolated.html`);
      await page.waitForFunction(() => 'rinse' in window);
      return await page.evaluate(
        async ({ minutes, recipe }) => {
          const live = async (make) => {
            const context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
            const buffer = new AudioBuffer({ length: 96000, sampleRate: 48000 });
            buffer.getChannelData(0).forEach((_, i, x) => (x[i] = (Math.random() - 0.5) * (0.02 + 0.3 * Math.sin(i / 4000) ** 2)));
            const source = new AudioBufferSourceNode(context, { buffer, loop: true });
            const node = await make(context);
            source.connect(node).connect(context.destination);
            source.start();
            return { context, node };
          };
          const rinse = await live((context) => window.rinse.createCleaner(context, { channels: 1, recipe }));
          const empty = await live(async (context) => {
            await context.audioWorklet.addModule('/empty-processor.js');
            return new AudioWorkletNode(context, 'empty');
          });
          const count = ({ context }) => context.playbackStats.underrunEvents ?? context.playbackStats.fallbackFramesEvents;
          await new Promise((r) => setTimeout(r, 2000)); // warm up
          const before = { rinse: count(rinse), empty: count(empty) };
          await new Promise((r) => setTimeout(r, minutes * 60_000));
          const { cleaning, loadPercent } = await rinse.node.stats();
          return { rinse: count(rinse) - before.rinse, empty: count(empty) - before.empty, cleaning, loadPercent };
        },
        { minutes, recipe },
      );
    } finally {
      await browser.close();
    }
  });
}

/** Writes an hour of 16-bit stereo at 48 kHz: the fixture over and over, the right channel a second behind. */
function writeHour(path) {
  const source = readFileSync(join(root, 'build/e2e/noisy.wav'));
  const mono = new Int16Array(source.buffer, source.byteOffset + 44, (source.length - 44) >> 1).slice();
  const frames = 3600 * 48000;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0), header.writeUInt32LE(36 + frames * 4, 4), header.write('WAVEfmt ', 8), header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20), header.writeUInt16LE(2, 22), header.writeUInt32LE(48000, 24), header.writeUInt32LE(192000, 28);
  header.writeUInt16LE(4, 32), header.writeUInt16LE(16, 34), header.write('data', 36), header.writeUInt32LE(frames * 4, 40);
  const out = openSync(path, 'w');
  writeSync(out, header);
  const second = new Int16Array(96000);
  for (let at = 0; at < frames; at += 48000) {
    for (let i = 0; i < 48000; i++) {
      second[2 * i] = mono[(at + i) % mono.length];
      second[2 * i + 1] = mono[(at + i + 48000) % mono.length];
    }
    writeSync(out, new Uint8Array(second.buffer));
  }
  closeSync(out);
}

/** Proportional memory (PSS, MB) of this browser's processes: all together, and the largest renderer, which is the page's. */
function memory(profile) {
  const found = { total: 0, page: 0 };
  for (const pid of readdirSync('/proc').filter((p) => /^\d+$/.test(p))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!command.includes(profile) && !ancestor(pid, profile)) continue;
      const pss = Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1000;
      found.total += pss;
      if (command.includes('--type=renderer')) found.page = Math.max(found.page, pss);
    } catch {
      // gone meanwhile
    }
  }
  return found;
}

function ancestor(pid, profile) {
  for (let p = pid, i = 0; p > 1 && i < 6; i++) {
    p = Number(/\)\s\S\s(\d+)/.exec(readFileSync(`/proc/${p}/stat`, 'utf8'))[1]);
    if (p > 1 && readFileSync(`/proc/${p}/cmdline`, 'utf8').includes(profile)) return true;
  }
  return false;
}

/** One hour of stereo through the page: × real time of the cleaning, and the peak memory of the page's process and of the browser. */
export function hourInPage() {
  const folder = mkdtempSync(join(tmpdir(), 'rinse-hour-'));
  const profile = join(folder, 'profile');
  return withServer(async () => {
    const file = join(folder, 'hour.wav');
    writeHour(file);
    const context = await chromium.launchPersistentContext(profile, launch);
    const page = context.pages()[0];
    await page.goto(`${origin}/some/where/`);
    await page.waitForTimeout(1000);
    const idle = memory(profile);
    const peak = { ...idle };
    const timer = setInterval(() => {
      const now = memory(profile);
      peak.total = Math.max(peak.total, now.total);
      peak.page = Math.max(peak.page, now.page);
    }, 300);
    try {
      await page.getByLabel('Audio or video files').setInputFiles(file);
      const start = performance.now();
      const clean = page.getByRole('button', { name: 'Clean', exact: true });
      await clean.click({ timeout: 120_000 });
      const read = performance.now();
      await page.getByRole('link', { name: /^Download/ }).waitFor({ timeout: 600_000 });
      const end = performance.now();
      return {
        readSeconds: (read - start) / 1000,
        cleanSeconds: (end - read) / 1000,
        cleanXRealTime: 3_600_000 / (end - read),
        xRealTimeFromDrop: 3_600_000 / (end - start),
        idle,
        peak,
      };
    } finally {
      clearInterval(timer);
      await context.close();
      rmSync(folder, { recursive: true });
    }
  });
}
