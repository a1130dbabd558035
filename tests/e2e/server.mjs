// Serves, as any static host would: the built page under a sub-path (/some/where/), the built package (/package/), the fixtures
// (/fixtures/) and bare pages that import the package under different policies.
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' };
const folders = { '/some/where/': 'dist', '/package/': 'worklet/dist', '/fixtures/': 'build/e2e' };

const bare = (policy) => `<!doctype html><meta charset="utf-8"><title>bare</title>
${policy ? `<meta http-equiv="Content-Security-Policy" content="${policy}">` : ''}
<script type="module" src="harness.js"></script>`;

// For measuring: an isolated page, a worker that keeps writing the time, a processor script that offers it in the worklet, one that
// only copies, and one that tells the peak of every second quantum.
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const scripts = {
  '/harness.js': "import * as rinse from './package/index.js'; window.rinse = rinse;",
  '/clock-worker.js': 'onmessage = (e) => { const t = new Float64Array(e.data); for (;;) t[0] = performance.now(); };',
  '/clock-processor.js': `registerProcessor('clock', class extends AudioWorkletProcessor {
    constructor({ processorOptions }) { super(); const t = new Float64Array(processorOptions); globalThis.performance = { now: () => t[0] }; }
    process() { return false; }
  });`,
  '/empty-processor.js': `registerProcessor('empty', class extends AudioWorkletProcessor {
    process([input], [output]) { input.forEach((x, c) => output[c].set(x)); return true; }
  });`,
  '/peak-processor.js': `registerProcessor('peak', class extends AudioWorkletProcessor {
    peak = 0; odd = false;
    process([input]) {
      for (const x of input[0] ?? []) this.peak = Math.max(this.peak, Math.abs(x));
      if ((this.odd = !this.odd)) return true;
      this.port.postMessage(this.peak);
      this.peak = 0;
      return true;
    }
  });`,
};

const pages = {
  '/harness.html': bare(''),
  '/isolated.html': bare(''),
  '/strict.html': bare("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"),
  '/no-wasm.html': bare("default-src 'self'; script-src 'self'"),
  '/no-worker.html': bare("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'"),
};

// The processor with an engine that fails after a hundred quanta, as a trap in the wasm would make it.
const trapping = () => `const real = registerProcessor; globalThis.registerProcessor = (name, Processor) => real(name, class extends Processor {
  turns = 0;
  process(inputs, outputs) {
    if (++this.turns === 100) this.engine.process = () => { throw new WebAssembly.RuntimeError('unreachable'); };
    return super.process(inputs, outputs);
  }
});
${readFileSync('worklet/dist/rinse-processor.js', 'utf8')}`;

// Everything again as a host serves it that sends the policy as a header: it holds in workers too.
const sealed = { 'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };

createServer((request, response) => {
  let path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
  if (path.startsWith('/sealed/')) {
    path = path.slice('/sealed'.length);
    for (const [name, value] of Object.entries(sealed)) response.setHeader(name, value);
  }
  if (pages[path]) return response.writeHead(200, { 'content-type': 'text/html', ...(path === '/isolated.html' ? isolation : {}) }).end(pages[path]);
  if (path === '/trapping-processor.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(trapping());
  if (scripts[path]) return response.writeHead(200, { 'content-type': 'text/javascript', ...isolation }).end(scripts[path]);
  const prefix = Object.keys(folders).find((p) => path.startsWith(p));
  let file = prefix && join(folders[prefix], normalize('/' + path.slice(prefix.length)));
  if (file && path.endsWith('/')) file = join(file, 'index.html');
  if (!file || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
  createReadStream(file).pipe(response);
}).listen(Number(process.env.RINSE_TEST_PORT ?? 4190), '127.0.0.1');
