// A bare page that imports the built package, as an engineer embeds it.
import type { Page } from '@playwright/test';
import type * as Rinse from '../../worklet/src/index';

declare global {
  interface Window {
    rinse: typeof Rinse;
  }
}

export async function open(page: Page, name = 'harness.html'): Promise<void> {
  await page.goto(name);
  await page.waitForFunction(() => 'rinse' in window);
}
