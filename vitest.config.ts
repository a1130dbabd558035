import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const built = (name: string) => fileURLToPath(new URL(`build/wasm/${name}`, import.meta.url));

export default defineConfig({
  resolve: { alias: { '#glue': built('rinse.mjs'), '#metrics-glue': built('rinse-metrics.mjs') } },
  test: { include: ['tests/web/**/*.test.ts'], testTimeout: 180_000 },
});
