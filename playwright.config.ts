import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** Debian's Chromium, or the one CHROMIUM names. */
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => p && existsSync(p));

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'build/e2e/results',
  globalSetup: './tests/e2e/fixtures.ts',
  fullyParallel: false,
  workers: 1, // live audio wants a core of its own
  timeout: 60_000,
  expect: { timeout: 20_000 }, // machines here are noisy
  reporter: 'list',
  webServer: { command: 'node tests/e2e/server.mjs', url: 'http://127.0.0.1:4190/harness.html', reuseExistingServer: false },
  use: {
    baseURL: 'http://127.0.0.1:4190/',
    launchOptions: {
      executablePath,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--autoplay-policy=no-user-gesture-required',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-audio-capture=${process.cwd()}/build/e2e/noisy.wav`,
      ],
    },
  },
});
