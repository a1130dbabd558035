// The processor when the machine is too slow: another recipe, then nothing, without a gap and with a word to the node. Time is made here.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Delay } from '../../worklet/src/delay';
import { LoadWatch } from '../../worklet/src/load-watch';
import type { FromProcessor, ProcessorOptions, Stats, ToProcessor } from '../../worklet/src/messages';
import { checkRecipe, withoutVoiceNetwork } from '../../worklet/src/recipe';
import { core } from './wasm';

const sampleRate = 48000;
const quantum = 128;

interface Processor {
  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
  port: { onmessage(event: { data: ToProcessor }): void };
}

let nowMs = 0;
let costMs = 0; // of a quantum
let Made: new (options: { processorOptions: ProcessorOptions }) => Processor;

beforeAll(async () => {
  vi.stubGlobal('performance', { now: () => (nowMs += costMs) }); // asked twice for each quantum: the second time it is later by the cost
  vi.stubGlobal('sampleRate', sampleRate);
  vi.stubGlobal('AudioWorkletProcessor', class { port = { postMessage: (m: FromProcessor) => heard.push(m), onmessage: null, close() {} }; });
  vi.stubGlobal('registerProcessor', (_: string, made: typeof Made) => (Made = made));
  await import('../../worklet/src/processor');
});

let heard: FromProcessor[] = [];
const stepsDown = () => heard.filter((m) => m.type === 'steppeddown');

function start(maxLoad = 0.8): Processor {
  heard = [];
  const recipe = checkRecipe('meeting-voice');
  return new Made({ processorOptions: { core, recipe, cheaper: withoutVoiceNetwork(recipe), channels: 1, sideChain: false, maxLoad } });
}

/** Runs `seconds` of a sine in which a quantum takes `load` of its time; returns what came out. */
function run(processor: Processor, seconds: number, load: number, at = 0): Float32Array {
  costMs = load * (quantum / sampleRate) * 1000;
  const out = new Float32Array(Math.ceil((seconds * sampleRate) / quantum) * quantum);
  for (let from = 0; from < out.length; from += quantum) {
    const input = Float32Array.from({ length: quantum }, (_, i) => 0.1 * Math.sin((at + from + i) * 0.05));
    const output = new Float32Array(quantum);
    processor.process([[input]], [[output]]);
    out.set(output, from);
  }
  return out;
}

function ask(processor: Processor): Stats {
  processor.port.onmessage({ data: { type: 'stats', id: 77 } });
  const answer = heard.filter((m) => m.type === 'answer' && m.id === 77).at(-1);
  return (answer as Extract<FromProcessor, { type: 'answer' }>).value as Stats;
}

describe('a processor on a machine that is too slow', () => {
  it('stays with its recipe while the load is below the limit', () => {
    const processor = start();
    run(processor, 5, 0.7);
    expect(stepsDown()).toEqual([]);
    expect(ask(processor).speechPresence).not.toBeNull();
  });

  it('goes over to the recipe without networks, then lets audio through, and says so', () => {
    const processor = start();
    run(processor, 3, 0.9);
    expect(stepsDown()).toEqual([{ type: 'steppeddown', to: 'classical', latency: 960, loadPercent: expect.closeTo(90, 0) }]);
    expect(ask(processor)).toMatchObject({ cleaning: true, speechPresence: null });
    run(processor, 3, 0.5);
    expect(stepsDown()).toHaveLength(1);
    run(processor, 3, 1.2);
    expect(stepsDown()[1]).toEqual({ type: 'steppeddown', to: 'through', latency: 960, loadPercent: expect.closeTo(120, 0) });
    expect(ask(processor).cleaning).toBe(false);
  });

  it('lets through what came in, as late as before and without a click', () => {
    const processor = start();
    run(processor, 8, 1.2);
    expect(stepsDown()).toHaveLength(2);
    const out = run(processor, 1, 1.2, 9 * sampleRate);
    for (let i = 2000; i < out.length; i++) expect(out[i]).toBeCloseTo(0.1 * Math.sin((9 * sampleRate + i - 960) * 0.05), 6);
  });

  it('never steps down where the audio is rendered offline', () => {
    const processor = start(0);
    run(processor, 5, 3);
    expect(stepsDown()).toEqual([]);
  });

  it('cleans again with a new recipe', () => {
    const processor = start();
    run(processor, 8, 1.2);
    expect(ask(processor).cleaning).toBe(false);
    processor.port.onmessage({ data: { type: 'recipe', id: 5, recipe: checkRecipe('steady-noise'), cheaper: null, models: {} } });
    run(processor, 1, 0.1);
    expect(ask(processor).cleaning).toBe(true);
  });
});

describe('LoadWatch', () => {
  it('wants two seconds in a row', () => {
    const watch = new LoadWatch(1000, 0.5);
    const seconds = [600, 400, 600, 600, 600, 600].map((ms) => watch.add(1000, ms));
    expect(seconds).toEqual([false, false, false, true, false, true]);
  });
});

describe('Delay', () => {
  it('gives back what came that much earlier, in blocks of any size', () => {
    const delay = new Delay(1, 5);
    const x = Float32Array.from({ length: 40 }, (_, i) => i + 1);
    const out = x.slice();
    for (let from = 0, count = 1; from < 40; from += count, count = Math.min(count + 2, 40 - from || 1)) delay.process([out], from, count);
    expect([...out]).toEqual([0, 0, 0, 0, 0, ...x.slice(0, 35)]);
  });
});
