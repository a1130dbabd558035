// The Live place, with Chromium's fake microphone playing the noisy fixture.
import { chromium, expect } from '@playwright/test';
import { fixture } from './fixtures';
import { samples } from './measure';
import { test } from './page';
import config from '../../playwright.config';

/** RMS in dB of 20 ms frames, sorted. */
function levels(x: Float32Array): number[] {
  const frames: number[] = [];
  for (let at = 0; at + 960 <= x.length; at += 960) {
    let e = 0;
    for (let i = at; i < at + 960; i++) e += x[i]! ** 2;
    frames.push(10 * Math.log10(e / 960 + 1e-12));
  }
  return frames.sort((a, b) => a - b);
}

test('a microphone is heard cleaner: the recording has its noise down and its voice kept', async ({ rinsePage: page }) => {
  await page.getByRole('tab', { name: 'Live' }).click();
  await page.getByRole('button', { name: 'Start microphone' }).click();
  await expect(page.getByRole('button', { name: 'Stop microphone' })).toBeVisible();
  await expect(page.getByText('cleaning', { exact: true })).toBeVisible();
  await expect(page.getByText('echo cancellation on, noise suppression off, gain control off')).toBeVisible();
  await expect(page.getByText('20.0 ms')).toBeVisible();
  await page.waitForTimeout(1500); // the tracker settles
  await page.getByRole('button', { name: 'Record' }).click();
  await page.waitForTimeout(8000);
  await page.getByRole('button', { name: 'Stop recording' }).click();
  const [d] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Download rinse-recording/ }).click()]);
  await d.saveAs('build/e2e/results/recording.webm');
  const [before, after] = [levels(samples(fixture('noisy.wav'))), levels(samples('build/e2e/results/recording.webm'))];
  const quiet = (l: number[]) => l[Math.floor(l.length * 0.1)]!;
  const loud = (l: number[]) => l[Math.floor(l.length * 0.9)]!;
  expect(quiet(after)).toBeLessThan(quiet(before) - 8);
  expect(loud(after) - quiet(after)).toBeGreaterThan(loud(before) - quiet(before) + 6);
  await page.getByRole('button', { name: 'Stop microphone' }).click();
  await expect(page.getByText('not running')).toBeVisible();
});

test('bypass, strength and low latency work while running', async ({ rinsePage: page }) => {
  await page.getByRole('tab', { name: 'Live' }).click();
  await page.getByRole('button', { name: 'Start microphone' }).click();
  await page.getByRole('switch', { name: 'Bypass' }).check();
  await expect(page.getByText('bypassed: the microphone goes through as it is')).toBeVisible();
  await page.getByRole('switch', { name: 'Bypass' }).uncheck();
  await expect(page.getByText('cleaning', { exact: true })).toBeVisible();
  await page.getByRole('slider', { name: 'Strength' }).fill('90');
  await page.getByLabel('Low latency').check();
  await expect(page.getByText('10.0 ms')).toBeVisible();
  await expect(page.getByText('cleaning', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Stop microphone' }).click();
});

test('the noise of the room is learned while nobody speaks, and the plot shows what the engine sees', async ({ rinsePage: page }) => {
  await page.getByRole('tab', { name: 'Live' }).click();
  const live = page.getByRole('tabpanel', { name: 'Live' });
  await live.getByLabel('Preset').selectOption('steady-noise');
  await expect(live.getByRole('button', { name: 'Learn noise' })).toBeDisabled();
  await page.getByRole('button', { name: 'Start microphone' }).click();
  await live.getByRole('button', { name: 'Learn noise' }).click();
  await expect(live.getByText('be silent for 2 seconds')).toBeVisible();
  await expect(live.getByText('The noise of this room has been learned.')).toBeVisible();
  await live.getByText('More settings').click();
  await expect(live.getByText('What it learned is in use.')).toBeVisible();
  await expect(live.locator('.legend .noise')).toBeVisible();
  await live.getByLabel('Preset').selectOption('meeting-voice');
  await expect(live.getByRole('button', { name: 'Learn noise' })).toBeHidden();
  await page.getByRole('button', { name: 'Stop microphone' }).click();
});

async function withBrowser(args: string[], permissions: string[], check: (page: import('@playwright/test').Page) => Promise<void>) {
  const { launchOptions } = config.use!;
  const kept = launchOptions!.args!.filter((a) => !/fake/.test(a));
  const browser = await chromium.launch({ ...launchOptions, args: [...kept, ...args] });
  try {
    const page = await (await browser.newContext({ permissions, baseURL: config.use!.baseURL })).newPage();
    await page.goto('some/where/');
    await page.getByRole('tab', { name: 'Live' }).click();
    await page.getByRole('button', { name: 'Start microphone' }).click();
    await check(page);
  } finally {
    await browser.close();
  }
}

test('no microphone is said plainly', async () => {
  await withBrowser([], ['microphone'], async (page) => {
    await expect(page.getByRole('alert')).toContainText('There is no microphone');
    await expect(page.getByRole('button', { name: 'Start microphone' })).toBeEnabled();
  });
});

test('a microphone that is not allowed is said plainly', async () => {
  await withBrowser(['--use-fake-device-for-media-stream', '--deny-permission-prompts'], [], async (page) => {
    await expect(page.getByRole('alert')).toContainText('The microphone is not allowed');
  });
});

test('an unplugged microphone is said plainly', async ({ rinsePage: page }) => {
  await page.evaluate(() => {
    const { mediaDevices } = navigator;
    const get = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.getUserMedia = async (c) => ((window as unknown as { mic: MediaStream }).mic = await get(c));
  });
  await page.getByRole('tab', { name: 'Live' }).click();
  await page.getByRole('button', { name: 'Start microphone' }).click();
  await expect(page.getByText('cleaning', { exact: true })).toBeVisible();
  await page.evaluate(() => (window as unknown as { mic: MediaStream }).mic.getTracks()[0]!.dispatchEvent(new Event('ended')));
  await expect(page.getByRole('alert')).toContainText('unplugged');
  await expect(page.getByRole('button', { name: 'Start microphone' })).toBeVisible();
});
