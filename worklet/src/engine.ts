// The C++ Engine as a JavaScript object with buffers that can be filled. Runs in page, worker, worklet and Node; holds no signal
// processing.
import createGlue, { type EngineBinding, type Glue } from '#glue';
import { RinseError } from './errors.js';
import { startInstance } from './instance.js';
import { addModels, type Models } from './model.js';
import type { Recipe } from './recipe.js';

/** What engines are made of: the compiled core, and the networks that the recipe needs. Can be posted to other threads. */
export interface Core {
  module: WebAssembly.Module;
  models: Models;
}

/** One instance of the core with its own memory; may hold several engines. */
export function instantiate({ module, models }: Core): Glue {
  const glue = startInstance(createGlue, module);
  addModels(glue, models);
  return glue;
}

export interface EngineSpec {
  /** Hz, 8000 … 192000. */
  sampleRate: number;
  /** 1 … 8. */
  channels: number;
  /** The longest block in frames, 1 … 65536. */
  maxFrames: number;
  /** Whether a side-chain comes along, in a buffer behind the channels'. */
  sideChain?: boolean;
}

/** Spectra of this moment: dB re full scale²/Hz at `pictureHz`. */
export interface Picture {
  input: number[];
  output: number[];
  /** The noise that an effect of the recipe sees; empty where none follows one. */
  noise: number[];
}

/** Where a picture's points lie: evenly on the ERB-rate scale from 0 to 24 kHz (Glasberg & Moore 1990, eq. 4), as in dsp/noise/noise_profile.cpp. */
export const pictureHz: readonly number[] = Array.from({ length: 128 }, (_, i) => {
  const erb = (21.4 * Math.log10(1 + 0.00437 * 24000) * i) / 127;
  return (10 ** (erb / 21.4) - 1) / 0.00437;
});

export class Engine {
  /** Samples by which the output lags, exact. */
  readonly latency: number;
  private readonly binding: EngineBinding;
  private views: Float32Array[] = [];
  private heap: Float32Array | null = null; // that the views are of

  constructor(
    private readonly glue: Glue,
    recipe: Recipe,
    private readonly spec: EngineSpec,
  ) {
    const { sampleRate, channels, maxFrames, sideChain = false } = spec;
    const binding = new glue.Engine(recipe, sampleRate, channels, maxFrames, sideChain);
    const error = binding.error();
    if (error) {
      binding.delete();
      throw new RinseError(/the model "/.test(error) ? 'bad-model' : /^chain|recipe/.test(error) ? 'bad-recipe' : 'bad-audio', error);
    }
    this.binding = binding;
    this.latency = binding.latency();
  }

  /** [channels][maxFrames]: fill the first `frames` of each, call process(frames), read them back. The last one is the side-chain, if any. */
  get channels(): Float32Array[] {
    const heap = this.glue.HEAPF32;
    if (heap !== this.heap) {
      // The first time, and after another engine has made the memory grow.
      this.heap = heap;
      this.views = Array.from({ length: this.spec.channels + (this.spec.sideChain ? 1 : 0) }, (_, c) => {
        const start = this.binding.buffer(c) >> 2;
        return heap.subarray(start, start + this.spec.maxFrames);
      });
    }
    return this.views;
  }

  process(frames: number): void {
    this.binding.process(frames);
  }
  reset(): void {
    this.binding.reset();
  }
  /** False when there is no such step or parameter, or the value is out of range. */
  set(step: number, param: number, value: number): boolean {
    return this.binding.set(step, param, value);
  }
  bypass(on: boolean): void {
    this.binding.bypass(on);
  }
  startLearning(step: number): void {
    const wrong = this.binding.startLearning(step);
    if (wrong) throw new RinseError('bad-recipe', wrong);
  }
  /** What the step learned, for its `learned` in a recipe; in use from now on. */
  finishLearning(step: number): number[] {
    const wrong = this.binding.finishLearning(step);
    if (wrong) throw new RinseError('bad-audio', wrong);
    return this.binding.learned(step);
  }
  /** Mean power of the last block, dB full scale. */
  get inputDb(): number {
    return this.binding.inputDb();
  }
  get outputDb(): number {
    return this.binding.outputDb();
  }
  get reductionDb(): number {
    return this.binding.reductionDb();
  }
  /** How probable it is that somebody speaks, 0 … 1; null where no effect of the recipe knows. */
  get speechPresence(): number | null {
    const found = this.binding.speechPresence();
    return found < 0 ? null : found;
  }
  get picture(): Picture {
    return this.binding.picture();
  }
  /** Samples that were no numbers or absurdly large, and were replaced. */
  get badSamples(): number {
    return this.binding.badSamples();
  }
  free(): void {
    this.binding.delete();
  }
}
