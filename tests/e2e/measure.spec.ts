// What is measured, on the page and through the package.
import { expect } from '@playwright/test';
import { fixture } from './fixtures';
import { open } from './harness';
import { download, drop, test } from './page';

test('a noisy file is reported as noisy, with the preset that fits, and as cleaner after cleaning', async ({ rinsePage: page }) => {
  await drop(page, fixture('noisy.wav'));
  const report = page.getByRole('region', { name: 'Report' });
  await expect(report.getByRole('list', { name: 'Findings' })).toContainText(/Noise: the voice stands only \d+ dB above it/);
  await report.getByRole('button', { name: 'Use Voice recording' }).click();
  await expect(page.getByRole('tabpanel', { name: 'File' }).getByLabel('Preset')).toHaveValue('voice-recording');
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await report.getByText('Measurements').click();
  const row = report.getByRole('row', { name: /^Speech to noise/ });
  await expect(row.getByRole('cell')).toHaveCount(2);
  const [before, after] = (await row.getByRole('cell').allTextContents()).map(parseFloat);
  expect(after).toBeGreaterThan(before! + 6);
});

test('a clean reference gives the scores before and after', async ({ rinsePage: page }) => {
  await drop(page, fixture('noisy.wav'));
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await download(page);
  await page.getByText('Measurements').click();
  await page.getByLabel('Clean reference').setInputFiles(fixture('clean.wav'));
  for (const name of [/^PESQ, wide band/, /^SI-SDR/]) {
    const cells = page.getByRole('row', { name }).getByRole('cell');
    await expect(cells).toHaveCount(2);
    const [before, after] = (await cells.allTextContents()).map(parseFloat);
    expect(after).toBeGreaterThan(before!);
  }
});

test('a reference of another recording is refused in words', async ({ rinsePage: page }) => {
  await drop(page, fixture('noisy.wav'));
  await page.getByText('Measurements').click();
  await page.getByLabel('Clean reference').setInputFiles(fixture('tone.wav'));
  await expect(page.getByRole('alert')).toContainText(/could not be computed: .* s long/);
  await page.getByLabel('Clean reference').setInputFiles(fixture('letter.mp3'));
  await expect(page.getByRole('alert')).toContainText(/no sound or video file|ends before/);
});

test('buffers and files are measured through the package, under a strict policy', async ({ page }) => {
  await open(page, 'strict.html');
  const [report, scores, refused] = await page.evaluate(async () => {
    const x = Float32Array.from({ length: 96000 }, (_, i) => 0.5 * Math.sin(0.06 * i) * Math.abs(Math.sin(i / 9000)));
    const audio = { sampleRate: 48000, channels: [x] };
    const { inspectFile, scoreFile } = window.rinse;
    const other = { sampleRate: 48000, channels: [x, x] };
    return Promise.all([inspectFile(audio), scoreFile(audio, audio), scoreFile(audio, other).catch((e) => `${e.code}: ${e.message}`)]);
  });
  expect(report.measured.find((m) => m.id === 'true_peak_dbtp')!.value).toBeCloseTo(-6, 0);
  expect(scores).toMatchObject({ lag: 0, mean: { si_sdr: 100 } });
  expect(refused).toMatch(/bad-audio.*2 channels/);
});
