// What holds for the whole page: policy, keyboard, small and dark screens.
import { expect } from '@playwright/test';
import { fixture } from './fixtures';
import { drop, test } from './page';

test('the policy forbids evaluated and foreign code', async ({ rinsePage: page }) => {
  const content = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
  expect(content).toContain("default-src 'self'; script-src 'self' 'wasm-unsafe-eval';");
  expect(content).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|https?:/);
});

test('inline scripts are refused', async ({ page }) => {
  await page.goto('some/where/');
  // A script tag, since what Playwright evaluates stands above the policy.
  const answer = await page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener('securitypolicyviolation', (e) => resolve(e.violatedDirective));
        const s = document.createElement('script');
        s.textContent = '1';
        document.body.append(s);
      }),
  );
  expect(answer).toMatch(/script-src/);
});

test('tabs go by arrow keys', async ({ rinsePage: page }) => {
  await page.getByRole('tab', { name: 'File' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Live' })).toBeFocused();
  await expect(page.getByRole('button', { name: 'Start microphone' })).toBeVisible();
  await expect(page.getByRole('tabpanel', { name: 'Live' })).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByLabel('Audio or video files')).toBeVisible();
});

test('everything can be reached by keyboard and has a name', async ({ rinsePage: page }) => {
  await drop(page, fixture('noisy.wav'));
  await page.getByText('More settings').first().click();
  await expect(page.getByRole('button', { name: 'Clean', exact: true })).toBeEnabled();
  const nameless = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, a, progress, meter, summary')]
      .filter((e) => {
        const labels = (e as HTMLInputElement).labels;
        const said = /^(BUTTON|A|SUMMARY)$/.test(e.tagName) && e.textContent?.trim();
        return !(e.getAttribute('aria-label') || said || (labels && labels.length > 0));
      })
      .map((e) => e.outerHTML),
  );
  expect(nameless).toEqual([]);
  // Tab alone comes by every control of the place, in order, and gets out again.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  const met = new Set<string>();
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    met.add(await page.evaluate(() => {
      const e = document.activeElement as HTMLInputElement;
      return e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent ?? e.textContent ?? '';
    }));
  }
  for (const name of ['File', 'Audio or video files', 'Preset', 'Strength', 'More settings', 'On', 'Attenuation limit', 'Music guard', 'Add an effect', 'Add', 'Save recipe', 'Load recipe', 'Download as', 'Clean', 'Play', 'Position']) {
    expect([...met]).toContain(name);
  }
});

test('the keyboard does not lose its place when a file is cancelled or removed', async ({ rinsePage: page }) => {
  await drop(page, fixture('long.wav'));
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  await page.getByRole('button', { name: 'Cancel' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'long.wav' })).toBeFocused();
  await page.getByRole('button', { name: 'Remove long.wav' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Audio or video files')).toBeFocused();
});

for (const scheme of ['light', 'dark'] as const) {
  test(`fits a screen of 360 px in ${scheme}`, async ({ rinsePage: page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await drop(page, fixture('noisy.wav'));
    await page.getByText('More settings').first().click();
    await expect(page.getByText('mono')).toBeVisible();
    for (const tab of ['File', 'Live']) {
      await page.getByRole('tab', { name: tab }).click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
  });
}

test('text stands out from its ground by 4.5 to 1, light and dark', async ({ rinsePage: page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const ratios = await page.evaluate(() => {
      const style = getComputedStyle(document.documentElement);
      const luminance = (name: string) => {
        const value = style.getPropertyValue(name).trim();
        const hex = value.length === 4 ? value.replace(/[^#]/g, '$&$&') : value;
        const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)) as [number, number, number];
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (a: string, b: string) => {
        const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p) as [number, number];
        return (x + 0.05) / (y + 0.05);
      };
      return Object.fromEntries(
        [['--text', '--page'], ['--text', '--card'], ['--muted', '--page'], ['--muted', '--card'], ['--error', '--card'], ['--warning', '--card'], ['--accent', '--card'], ['--on-accent', '--accent']]
          .map(([a, b]) => [`${a} on ${b}`, ratio(a!, b!)]),
      );
    });
    for (const [pair, ratio] of Object.entries(ratios)) expect(ratio, `${pair}, ${colorScheme}`).toBeGreaterThanOrEqual(4.5);
  }
});
