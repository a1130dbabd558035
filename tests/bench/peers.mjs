// The peers: noise suppressors for the browser from npm, each driven in quanta of 128 as in a worklet.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/paths.mjs';
import { load } from './worklet-host.mjs';

const modules = join(root, 'node_modules');
const suppressor = join(modules, '@sapphi-red/web-noise-suppressor/dist');
const bytes = (name) => new Uint8Array(readFileSync(join(suppressor, name))).buffer;

/** RNNoise takes frames of 480 in 16-bit scale; the queue around it is what every user of that package writes. */
async function jitsi() {
  const { default: create } = await import(join(modules, '@jitsi/rnnoise-wasm/dist/rnnoise-sync.js'));
  const rnnoise = await create();
  const state = rnnoise._rnnoise_create(0);
  const at = rnnoise._malloc(480 * 4) >> 2;
  const frame = new Float32Array(480);
  const done = new Float32Array(480);
  let filled = 0;
  return (input, output) => {
    for (let i = 0; i < input.length; i++) {
      output[i] = done[filled];
      frame[filled++] = input[i] * 32768;
      if (filled < 480) continue;
      rnnoise.HEAPF32.set(frame, at);
      rnnoise._rnnoise_process_frame(state, at << 2, at << 2);
      for (let k = 0; k < 480; k++) done[k] = rnnoise.HEAPF32[at + k] / 32768;
      filled = 0;
    }
  };
}

const worklet = (name, wasm) => () => load(join(suppressor, name, 'workletProcessor.js'), { maxChannels: 1, wasmBinary: bytes(wasm) });

export const peers = {
  '@jitsi/rnnoise-wasm': jitsi,
  '@sapphi-red/web-noise-suppressor/rnnoise': worklet('rnnoise', 'rnnoise_simd.wasm'),
  '@sapphi-red/web-noise-suppressor/speex': worklet('speex', 'speex.wasm'),
  '@sapphi-red/web-noise-suppressor/gtcrn': worklet('gtcrn', 'gtcrn.wasm'),
};
