// The Emscripten glue of wasm/bindings.cpp, typed by hand.
import type { Recipe } from './recipe.js';

export interface EngineBinding {
  error(): string;
  /** Address of a channel's buffer, bytes. */
  buffer(channel: number): number;
  process(frames: number): void;
  reset(): void;
  latency(): number;
  set(step: number, param: number, value: number): boolean;
  mix(step: number, wet: number): boolean;
  bypass(on: boolean): void;
  startLearning(step: number): string;
  finishLearning(step: number): string;
  learned(step: number): number[];
  inputDb(): number;
  outputDb(): number;
  reductionDb(): number;
  badSamples(): number;
  /** -1 where no effect knows. */
  speechPresence(): number;
  picture(): { input: number[]; output: number[]; noise: number[] };
  delete(): void;
}

export interface ResamplerBinding {
  /** Addresses of the buffers, bytes. */
  input(): number;
  output(): number;
  /** Input samples that it waits for before it gives the one they belong to. */
  lookAhead(): number;
  /** Samples that came out. */
  process(frames: number): number;
}

export interface Instance {
  locateFile(path: string): string;
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): WebAssembly.Exports;
}

export interface Glue {
  /** A new one after the memory has grown. */
  readonly HEAPF32: Float32Array<ArrayBuffer>;
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  /** Address of `size` bytes for the tensors of a network. */
  modelBuffer(name: string, size: number): number;
  /** What is wrong with what was put there, or nothing. */
  addModel(name: string, tensors: { name: string; type: string; shape: number[]; from: number; to: number }[], crc: number): string;
  Engine: new (recipe: Recipe, sampleRate: number, channels: number, maxFrames: number, sideChain: boolean) => EngineBinding;
  Resampler: new (from: number, to: number, maxFrames: number) => ResamplerBinding;
}

export default function createGlue(options: Instance): Glue;
