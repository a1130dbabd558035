// The page as a user meets it, watched: errors, requests to elsewhere and violations of the policy fail the test.
import { expect, test as base, type Page } from '@playwright/test';

export const test = base.extend<{ rinsePage: Page }>({
  rinsePage: async ({ page }, use) => {
    const trouble: string[] = [];
    page.on('pageerror', (e) => trouble.push(`error: ${e.message}`));
    page.on('console', (m) => m.type() === 'error' && trouble.push(`console: ${m.text()}`));
    page.on('request', (r) => /^(blob|data):/.test(r.url()) || new URL(r.url()).origin === 'http://127.0.0.1:4190' || trouble.push(`foreign: ${r.url()}`));
    await page.addInitScript(() => addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`)));
    await page.goto('some/where/');
    await use(page);
    expect(trouble).toEqual([]);
  },
});

export async function drop(page: Page, ...files: string[]): Promise<void> {
  await page.getByLabel('Audio or video files').setInputFiles(files);
}

/** Cleans and downloads; returns where the result lies. */
export async function cleanAndDownload(page: Page, file: string, format?: string): Promise<string> {
  await drop(page, file);
  if (format) await page.getByLabel('Download as').selectOption(format);
  await page.getByRole('button', { name: 'Clean', exact: true }).click();
  return download(page);
}

export async function download(page: Page): Promise<string> {
  const [d] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Download / }).click()]);
  const path = `build/e2e/results/${d.suggestedFilename()}`;
  await d.saveAs(path);
  return path;
}
