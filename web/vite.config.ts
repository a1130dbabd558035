import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

// The waveform view writes one <style> of its own; it carries this build's nonce, so that the policy needs no 'unsafe-inline'.
const styleNonce = randomBytes(12).toString('base64url');

/** Puts the nonce into the page's policy; while developing, allows what Vite's hot reload needs. */
const policy: Plugin = {
  name: 'content-security-policy',
  transformIndexHtml: (html, { server }) => {
    const page = html.replace('%STYLE_NONCE%', styleNonce);
    return server ? page.replace(/style-src [^;]+/, "style-src 'self' 'unsafe-inline'").replace("script-src 'self'", "script-src 'self' 'unsafe-inline'") : page;
  },
};

/** The licences of what is bundled travel with it. */
const licences: Plugin = {
  name: 'licences',
  generateBundle() {
    for (const name of ['LICENSE', 'NOTICE']) {
      this.emitFile({ type: 'asset', fileName: `${name}.txt`, source: readFileSync(new URL(`../${name}`, import.meta.url)) });
    }
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  define: { __STYLE_NONCE__: JSON.stringify(styleNonce) },
  plugins: [policy, licences],
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['rinse-audio'] },
  build: { outDir: '../dist', emptyOutDir: true, assetsInlineLimit: 0, target: 'es2022', modulePreload: { polyfill: false } },
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
});
