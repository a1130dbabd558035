// The Emscripten glue of wasm/metrics_bindings.cpp, typed by hand.
import type { Instance } from './glue.js';
import type { Finding, Measured, Metric, Scores } from './measures.js';

export interface InspectorBinding {
  error(): string;
  /** Address of a channel's buffer, bytes. */
  buffer(channel: number): number;
  add(frames: number): void;
  result(): { seconds: number; measured: Measured[]; findings: Finding[] };
  delete(): void;
}

export interface ScorerBinding {
  room(which: number, sampleRate: number, channels: number, frames: number): void;
  /** Address of a channel's buffer, bytes. */
  buffer(which: number, channel: number): number;
  score(): { error: string } & Scores;
  delete(): void;
}

export interface MetricsGlue {
  /** A new one after the memory has grown: never keep it. */
  readonly HEAPF32: Float32Array<ArrayBuffer>;
  Inspector: new (sampleRate: number, channels: number, maxFrames: number) => InspectorBinding;
  Scorer: new () => ScorerBinding;
  metrics(): Metric[];
}

export default function createMetricsGlue(options: Instance): MetricsGlue;
