// What the threads say to each other: discriminated unions, nothing else.
import type { PlanarAudio } from './buffer.js';
import type { Core } from './engine.js';
import type { RinseErrorCode } from './errors.js';
import type { FileFormat } from './formats.js';
import type { Metric, Report, Scores } from './measures.js';
import type { Models } from './model.js';
import type { Recipe } from './recipe.js';

/** A recipe, and what a processor goes over to when it takes too long; null where there is nothing cheaper. */
export interface Plan {
  recipe: Recipe;
  cheaper: Recipe | null;
}

/** To the AudioWorkletProcessor at its creation. */
export interface ProcessorOptions extends Plan {
  core: Core;
  channels: number;
  /** Whether the second input is a side-chain. */
  sideChain: boolean;
  /** Share of real time, 0 … 1, that processing may take; 0: any, as where audio is rendered offline. */
  maxLoad: number;
}

export interface Stats {
  /** Mean processing time of the last seconds, percent of the time a quantum lasts. */
  loadPercent: number;
  /** The longest a quantum took since the last call, percent; null where the browser's clock is too coarse in the worklet. */
  worstPercent: number | null;
  /** Mean power of the last quantum, dB full scale. */
  inputDb: number;
  outputDb: number;
  /** Energy taken away at this moment, dB, 0 or negative. */
  reductionDb: number;
  /** Samples that were no numbers and were replaced, since the start. */
  badSamples: number;
  /** How probable it is that somebody speaks, 0 … 1; null where no effect of the recipe knows. */
  speechPresence: number | null;
  /** False when the engine failed or was too slow and the audio passes through unchanged. */
  cleaning: boolean;
}

/** What a processor that is too slow does instead: the recipe without networks, or nothing. */
export type StepDown = 'classical' | 'through';

export type ToProcessor =
  | { type: 'set'; step: number; param: number; value: number }
  | { type: 'bypass'; on: boolean }
  | ({ type: 'recipe'; id: number; models: Models } & Plan)
  | { type: 'startLearning'; id: number; step: number }
  | { type: 'finishLearning'; id: number; step: number }
  | { type: 'stats'; id: number }
  | { type: 'picture'; id: number }
  | { type: 'destroy' };

export type FromProcessor =
  | { type: 'ready'; latency: number }
  /** It took too long: the cheaper recipe is in use, or nothing. */
  | { type: 'steppeddown'; to: StepDown; latency: number; loadPercent: number }
  | { type: 'failed'; code: RinseErrorCode; message: string }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refused'; id: number; code: RinseErrorCode; message: string };

/** A file, or decoded samples. */
export type Sound = Blob | PlanarAudio;

/** To the worker: one job, once (a reader also answers what follows). */
export type ToWorker =
  | { type: 'cleanBuffer'; core: Core; recipe: Recipe; sampleRate: number; channels: Float32Array<ArrayBuffer>[]; sideChain: PlanarAudio | undefined }
  | { type: 'cleanFile'; core: Core; recipe: Recipe; file: Blob; sideChain: Blob | undefined; format: FileFormat | undefined; scratch: string }
  | { type: 'learn'; core: Core; recipe: Recipe; sampleRate: number; channels: Float32Array<ArrayBuffer>[] }
  | { type: 'readPeaks'; file: Blob }
  | { type: 'inspect'; module: WebAssembly.Module; sound: Sound }
  | { type: 'score'; module: WebAssembly.Module; reference: Sound; estimate: Sound; noisy: Sound | undefined }
  | { type: 'openReader'; file: Blob }
  /** After openReader, any number of times. */
  | { type: 'read'; id: number; from: number; count: number };

export interface FileInfo {
  sampleRate: number;
  channels: number;
  /** Samples of each channel. */
  frames: number;
  /** True when there are pictures beside the sound. */
  video: boolean;
  /** The form of the result, or the fitting one where nothing was made yet. */
  format: FileFormat;
  /** What the user should know though it went well. */
  warnings: string[];
}

export type FromWorker =
  | { type: 'progress'; done: number; total: number }
  /** The largest magnitudes of `peaks.length` pieces of `framesPerPeak` frames each, from piece `first` on. */
  | { type: 'peaks'; first: number; peaks: Float32Array }
  | { type: 'buffer'; channels: Float32Array<ArrayBuffer>[] }
  /** What each step learned; null where it learns nothing. */
  | { type: 'learned'; steps: (number[] | null)[] }
  | { type: 'file'; file: Blob; info: FileInfo }
  | { type: 'info'; info: FileInfo }
  | { type: 'report'; report: Report }
  | { type: 'scores'; scores: Scores; metrics: Metric[] }
  | { type: 'samples'; id: number; channels: Float32Array<ArrayBuffer>[] }
  | { type: 'failed'; code: RinseErrorCode; message: string };
