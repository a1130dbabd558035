// The C++ measures as JavaScript objects. Runs in worker and Node; holds no signal processing.
import createMetricsGlue, { type InspectorBinding, type MetricsGlue } from '#metrics-glue';
import type { PlanarAudio } from './buffer.js';
import { RinseError } from './errors.js';
import { startInstance } from './instance.js';
import { fittingPreset, type Metric, type Report, type Scores } from './measures.js';

const blockFrames = 4096;

export class Metrics {
  private readonly glue: MetricsGlue;

  constructor(module: WebAssembly.Module) {
    this.glue = startInstance(createMetricsGlue, module);
  }

  /** The measures there are, in the order in which they are shown. */
  get list(): Metric[] {
    return this.glue.metrics();
  }

  /** Memory that was taken so far. */
  get bytes(): number {
    return this.glue.HEAPF32.byteLength;
  }

  inspector(sampleRate: number, channels: number): Inspector {
    const binding = new this.glue.Inspector(sampleRate, channels, blockFrames);
    const error = binding.error();
    if (!error) return new Inspector(this.glue, binding);
    binding.delete();
    throw new RinseError('bad-audio', error);
  }

  /** Planar samples; `noisy` adds the measures of musical noise. */
  score(reference: PlanarAudio, estimate: PlanarAudio, noisy?: PlanarAudio): Scores {
    const scorer = new this.glue.Scorer();
    try {
      [reference, estimate, noisy].forEach((audio, which) => {
        if (!audio) return;
        scorer.room(which, audio.sampleRate, audio.channels.length, audio.channels[0]!.length);
        audio.channels.forEach((samples, c) => this.glue.HEAPF32.set(samples, scorer.buffer(which, c) >> 2));
      });
      const { error, ...scores } = scorer.score();
      if (error) throw new RinseError('bad-audio', error);
      return scores;
    } finally {
      scorer.delete();
    }
  }
}

/** Takes a recording piece by piece. */
export class Inspector {
  constructor(
    private readonly glue: MetricsGlue,
    private readonly binding: InspectorBinding,
  ) {}

  add(channels: Float32Array[]): void {
    const frames = channels[0]!.length;
    for (let at = 0; at < frames; at += blockFrames) {
      const count = Math.min(blockFrames, frames - at);
      channels.forEach((x, c) => this.glue.HEAPF32.set(x.subarray(at, at + count), this.binding.buffer(c) >> 2));
      this.binding.add(count);
    }
  }

  free(): void {
    this.binding.delete();
  }

  result(): Report {
    const report = this.binding.result();
    return { ...report, preset: fittingPreset(report.findings) };
  }
}
