// The chain editor, learning from a stretch, the preview: what a user changes is what the cleaning does.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { samples } from './measure';
import { wav } from '../signals.mjs';
import { cleanAndDownload, download, drop, test } from './page';
import { fixture } from './fixtures';

const panel = (page: import('@playwright/test').Page) => page.getByRole('tabpanel', { name: 'File' });
const legends = (page: import('@playwright/test').Page) => panel(page).locator('.steps legend').allTextContents();

test('effects are added, moved, switched off and removed, and every step can be taken back', async ({ rinsePage: page }) => {
  const file = panel(page);
  await file.getByText('More settings').click();
  expect(await legends(page)).toEqual(['Voice, files']);
  await file.getByLabel('Add an effect').selectOption('eq');
  await file.getByRole('button', { name: 'Add', exact: true }).click();
  expect(await legends(page)).toEqual(['Voice, files', 'Equalizer']);
  await expect(file.getByLabel('Preset')).toHaveValue('');
  await file.getByRole('button', { name: 'Move up Equalizer' }).click();
  expect(await legends(page)).toEqual(['Equalizer', 'Voice, files']);
  await file.getByRole('button', { name: 'Remove Voice' }).click();
  await file.getByRole('switch', { name: 'On' }).uncheck();
  const path = await cleanAndDownload(page, fixture('noisy.wav'), 'wav-float');
  expect([...samples(path)]).toEqual([...samples(fixture('noisy.wav'))]); // one effect, switched off
  for (let i = 0; i < 4; i++) await file.getByRole('button', { name: 'Undo' }).click();
  expect(await legends(page)).toEqual(['Voice, files']);
  await file.getByRole('button', { name: 'Redo' }).click();
  expect(await legends(page)).toEqual(['Voice, files', 'Equalizer']);
});

test('a recipe is saved, refused where it is none, and loaded again', async ({ rinsePage: page }) => {
  const file = panel(page);
  await file.getByText('More settings').click();
  await file.getByLabel('Preset').selectOption('steady-noise');
  const [saved] = await Promise.all([page.waitForEvent('download'), file.getByRole('button', { name: 'Save recipe' }).click()]);
  const path = `build/e2e/results/${saved.suggestedFilename()}`;
  await saved.saveAs(path);
  expect(JSON.parse(readFileSync(path, 'utf8')).chain[0].effect).toBe('denoise');
  await file.getByLabel('Preset').selectOption('meeting-voice');
  const wrong = 'build/e2e/results/wrong.json';
  writeFileSync(wrong, '{"version":1,"chain":[{"effect":"nope"}]}');
  await file.getByLabel('Load recipe').setInputFiles(wrong);
  await expect(file.getByRole('alert')).toContainText('wrong.json is no recipe');
  expect(await legends(page)).toEqual(['Voice']);
  await file.getByLabel('Load recipe').setInputFiles(path);
  await expect(file.getByText('is in use.')).toBeVisible();
  expect(await legends(page)).toEqual(['Noise suppression']);
});

test('noise is learned from a stretch of the waveform, and forgotten', async ({ rinsePage: page }) => {
  const file = panel(page);
  await file.getByText('More settings').click();
  await file.getByLabel('Preset').selectOption('steady-noise');
  await drop(page, fixture('noisy.wav'));
  const learn = file.getByRole('button', { name: 'Learn noise' });
  await expect(learn).toBeDisabled();
  await file.getByLabel('From (s)').fill('0.1');
  await file.getByLabel('To (s)').fill('0.103');
  await file.getByLabel('To (s)').blur();
  await learn.click();
  await expect(file.getByRole('alert')).toContainText('Nothing was learned: the noise profile needs at least 0.1 s');
  await file.getByLabel('To (s)').fill('0.6');
  await file.getByLabel('To (s)').blur();
  await learn.click();
  await expect(file.getByText('What it learned is in use.')).toBeVisible();
  await file.getByRole('button', { name: 'Forget it' }).click();
  await expect(file.getByText('What it learned is in use.')).toBeHidden();
  await file.getByRole('button', { name: 'Find noise' }).click(); // becomes possible when the file has been measured
  expect(Number(await file.getByLabel('To (s)').inputValue()) - Number(await file.getByLabel('From (s)').inputValue())).toBeCloseTo(0.33, 2);
  await learn.click();
  await expect(file.getByText('What it learned is in use.')).toBeVisible();
});

test('the preview plays through a running engine and draws what it does; effects for files only have none', async ({ rinsePage: page }) => {
  const file = panel(page);
  await file.getByLabel('Preset').selectOption('steady-noise');
  await drop(page, fixture('noisy.wav'));
  await file.getByRole('radio', { name: 'Preview' }).check();
  await file.getByRole('button', { name: 'Play' }).click();
  const drawn = () =>
    file.locator('.spectrum canvas').evaluate((c: HTMLCanvasElement) => {
      const { data } = c.getContext('2d')!.getImageData(0, 0, c.width, c.height);
      return data.filter((v, i) => i % 4 === 3 && v > 0).length;
    });
  await expect.poll(drawn).toBeGreaterThan(2000); // lines, not only the grid
  await expect(file.locator('.legend .noise')).toBeVisible();
  const standsIn = file.getByText('The preview cleans as a live microphone is cleaned.');
  await expect(standsIn).toBeHidden();
  await file.getByLabel('Preset').selectOption('voice-recording'); // hears too far ahead for a preview, but has a live sibling
  await expect(file.getByRole('radio', { name: 'Preview' })).toBeChecked();
  await expect(standsIn).toBeVisible();
  await expect.poll(drawn).toBeGreaterThan(2000);
  await expect(file.getByRole('alert')).toBeHidden();
  await file.getByLabel('Preset').selectOption('lecture-hall');
  await expect(file.getByRole('radio', { name: 'Preview' })).toBeDisabled();
  await expect(standsIn).toBeHidden();
  await expect(file.getByRole('radio', { name: 'Original' })).toBeChecked();
  await page.getByRole('tab', { name: 'Live' }).click();
  const offered = await page.getByRole('tabpanel', { name: 'Live' }).getByLabel('Preset').locator('option').allTextContents();
  expect(offered).toContain('Podcast voice');
  expect(offered).not.toContain('Lecture hall');
  expect(offered).not.toContain('Voice recording');
});

test('a gate listens to another file, and says what is wrong with it', async ({ rinsePage: page }) => {
  const file = panel(page);
  await file.getByText('More settings').click();
  await file.getByRole('button', { name: 'Remove Voice' }).click();
  await file.getByLabel('Add an effect').selectOption('gate');
  await file.getByRole('button', { name: 'Add', exact: true }).click();
  await drop(page, fixture('noisy.wav'));
  const trigger = 'build/e2e/results/trigger.wav'; // a tone from 0.5 to 1 s, at another rate, shorter than the file
  const tone = Float32Array.from({ length: 44100 }, (_, i) => (i < 22050 ? 0 : 0.5 * Math.sin(0.2 * i)));
  writeFileSync(trigger, wav([tone], 44100));
  await file.getByLabel('The gate listens to another file').setInputFiles(fixture('letter.mp3'));
  await expect(file.getByRole('radio', { name: 'Preview' })).toBeDisabled();
  await page.getByLabel('Download as').selectOption('wav-float');
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await expect(file.getByRole('alert')).toContainText('Cleaning failed: the side-chain: this is no sound or video file');
  await file.getByLabel('The gate listens to another file').setInputFiles(trigger);
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  const power = (x: Float32Array, from: number, to: number) => x.subarray(from * 48000, to * 48000).reduce((sum, v) => sum + v * v, 0);
  const before = samples(fixture('noisy.wav'));
  const after = samples(await download(page));
  expect(after.length).toBe(before.length);
  expect(power(after, 0.52, 0.98) / power(before, 0.52, 0.98)).toBeCloseTo(1, 2);
  expect(power(after, 0, 0.45) / power(before, 0, 0.45)).toBeLessThan(0.02);
  expect(power(after, 1.8, 3) / power(before, 1.8, 3)).toBeLessThan(0.02);
  await file.getByRole('button', { name: 'None' }).click();
  await expect(file.getByText('The settings have changed')).toBeVisible();
  await expect(file.getByRole('radio', { name: 'Preview' })).toBeEnabled();
});

test('a marked stretch is repaired', async ({ rinsePage: page }) => {
  const file = panel(page);
  await file.getByText('More settings').click();
  await file.getByLabel('Add an effect').selectOption('spectral-repair');
  await file.getByRole('button', { name: 'Add', exact: true }).click();
  await drop(page, fixture('noisy.wav'));
  const card = file.locator('article');
  const repair = file.getByRole('button', { name: 'Repair this stretch' });
  await expect(repair).toBeDisabled();
  await card.getByLabel('From (s)').fill('0.5');
  await card.getByLabel('To (s)').fill('4');
  await card.getByLabel('To (s)').blur();
  await repair.click();
  await expect(file.getByRole('alert')).toContainText('Nothing was changed: at most 2 s can be filled');
  await card.getByLabel('To (s)').fill('0.75');
  await card.getByLabel('To (s)').blur();
  await repair.click();
  await expect(file.getByText('0.500 to 0.750 s will be filled from what is around')).toBeVisible();
  await expect(file.locator('.steps input[type=number]')).toHaveValue('0.5');
  await file.getByRole('button', { name: 'Remove Voice' }).click();
  await page.getByLabel('Download as').selectOption('wav-float');
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  const after = samples(await download(page));
  const changed = samples(fixture('noisy.wav')).map((x, i) => Math.abs(x - after[i]!));
  const most = (from: number, to: number) => changed.subarray(from * 48000, to * 48000).reduce((a, b) => Math.max(a, b), 0);
  expect(most(0.5, 0.75)).toBeGreaterThan(0.01);
  expect(most(0, 0.4)).toBe(0);
  expect(most(0.85, 3)).toBe(0);
});

test('a rectangle is dragged on the spectrogram and repaired: a whistle goes, what is around it stays', async ({ rinsePage: page }) => {
  const file = panel(page);
  await file.getByText('More settings').click();
  await file.getByRole('button', { name: 'Remove Voice' }).click();
  await file.getByLabel('Add an effect').selectOption('spectral-repair');
  await file.getByRole('button', { name: 'Add', exact: true }).click();
  const whistle = 'build/e2e/results/whistle.wav'; // 3 kHz from 1.0 to 1.3 s over a hum of 400 Hz
  writeFileSync(whistle, wav([Float32Array.from({ length: 144000 }, (_, i) => 0.1 * Math.sin(i * 0.05236) + (i > 48000 && i < 62400 ? 0.2 * Math.sin(i * 0.3927) : 0))], 48000));
  await drop(page, whistle);
  const card = file.locator('article');
  await card.getByLabel('From (s)').fill('1');
  await card.getByLabel('To (s)').fill('1.3');
  await card.getByLabel('To (s)').blur();
  await card.getByRole('button', { name: 'Choose frequencies' }).click();
  const stage = card.locator('.spectrogram .stage');
  await expect(stage.locator('canvas').first()).toBeVisible();
  await stage.scrollIntoViewIfNeeded();
  const box = (await stage.boundingBox())!;
  const at = (seconds: number, hz: number) => [box.x + (box.width * seconds) / 2.3, box.y + 220 * (1 - hz / 16000)] as const; // 0 to 2.3 s
  await page.mouse.move(...at(0.95, 3600));
  await page.mouse.down();
  await page.mouse.move(...at(1.2, 3000));
  await page.mouse.move(...at(1.35, 2400));
  await page.mouse.up();
  await expect(file.getByText(/^0\.9\d+ to 1\.3\d+ s between 2[34]\d\d and 3[56]\d\d Hz will be filled/)).toBeVisible();
  await page.getByLabel('Download as').selectOption('wav-float');
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  const after = samples(await download(page));
  const tone = (x: Float32Array, step: number) => {
    let re = 0;
    let im = 0;
    for (let i = 50000; i < 60000; i++) (re += x[i]! * Math.cos(step * i)), (im += x[i]! * Math.sin(step * i));
    return (2 * Math.hypot(re, im)) / 10000;
  };
  expect(tone(after, 0.3927)).toBeLessThan(0.01); // of 0.2
  expect(tone(after, 0.05236)).toBeCloseTo(0.1, 2);
});
