// A stand-in for AudioWorkletGlobalScope in Node, so that every processor, ours and the peers', runs as its worklet script does: the
// same quantum, the same calls, the same V8.
import { pathToFileURL } from 'node:url';

export const sampleRate = 48000;
export const quantum = 128;
const warmUps = 3; // runs until the compilers have settled

let registered;
const processors = new Map(); // by script: a module runs only once

class Processor {
  constructor() {
    const heard = [];
    this.port = { onmessage: null, postMessage: (message) => heard.push(message), addEventListener() {}, start() {}, close() {}, heard };
  }
}

Object.assign(globalThis, {
  sampleRate,
  AudioWorkletProcessor: Processor,
  registerProcessor: (name, made) => (registered = made),
});

/** The processor that the script registers, made with these options, ready to process. */
export async function load(script, processorOptions, ready = () => true) {
  if (!processors.has(script)) {
    await import(pathToFileURL(script).href);
    processors.set(script, registered);
  }
  const Made = processors.get(script);
  const { process } = globalThis;
  delete globalThis.process; // a worklet has none, and some peers' glue would take this for Node
  try {
    return await make(Made, processorOptions, ready, script);
  } finally {
    globalThis.process = process;
  }
}

async function make(Made, processorOptions, ready, script) {
  const processor = new Made({ processorOptions });
  for (let i = 0; i < 50; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10)); // peers tell nobody when they are ready; until then they pass audio through
  }
  if (!ready(processor)) throw new Error(`${script} did not get ready`);
  return (input, output) => processor.process([[input]], [[output]]);
}

/** Voice-like noise: its level goes up and down like syllables, so that no branch sleeps. */
export function signal(seconds) {
  let state = 1;
  return Float32Array.from({ length: seconds * sampleRate }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const syllable = 0.5 - 0.5 * Math.cos((2 * Math.PI * 4 * i) / sampleRate);
    return (state / 2 ** 31 - 1) * (0.01 + 0.2 * syllable ** 2);
  });
}

/**
 * × real time (the best of three runs) and the worst block: the same signal runs three times, each block counts with its shortest time,
 * and the longest of these is the worst. What else the machine and the garbage collector do only adds, and seldom to the same block.
 * `mayRest`: it may leave the signal as it is, as what looks for hum does where there is none.
 */
export function measure(process, x, mayRest = false) {
  const input = new Float32Array(quantum);
  const output = new Float32Array(quantum);
  const blockMs = new Float64Array(Math.floor(x.length / quantum)).fill(Infinity);
  let bestMs = Infinity;
  let changed = 0;
  for (let run = 0; run < warmUps + 3; run++) {
    let total = 0;
    for (let block = 0; block < blockMs.length; block++) {
      const at = block * quantum;
      input.set(x.subarray(at, at + quantum));
      const start = performance.now();
      process(input, output);
      const spent = performance.now() - start;
      total += spent;
      if (run >= warmUps && spent < blockMs[block]) blockMs[block] = spent;
      changed = Math.max(changed, Math.abs(output[5] - x[at + 5]));
    }
    if (run >= warmUps) bestMs = Math.min(bestMs, total);
  }
  if (!mayRest && !(changed > 1e-3)) throw new Error('the processor does nothing');
  return { xRealTime: ((blockMs.length * quantum) / sampleRate) * (1000 / bestMs), worstBlockUs: Math.max(...blockMs) * 1000 };
}
