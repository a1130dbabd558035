// Measures in a worker: what is wrong with a recording, and how near an estimate comes to its clean reference.
import { loadMetricsWasm } from './assets.js';
import { planar, type PlanarAudio } from './buffer.js';
import { RinseError } from './errors.js';
import { runJob, type JobOptions } from './job.js';
import type { Metric, Report, Scores } from './measures.js';
import type { Sound } from './messages.js';

/** A sound or video file, or decoded audio; the input is left as it is. */
export type Measurable = Blob | AudioBuffer | PlanarAudio;

function sound(audio: Measurable): Sound {
  return audio instanceof Blob ? audio : planar(audio);
}

/** Loudness, noise, hum, clipping, clicks, reverberation, bandwidth, channels: what a listener would mind, and which preset fits. */
export async function inspectFile(audio: Measurable, options: JobOptions = {}): Promise<Report> {
  const result = await runJob({ type: 'inspect', module: await loadMetricsWasm(options.assets), sound: sound(audio) }, [], options);
  if (result.type !== 'report') throw new RinseError('no-worker', 'the worker gave something else than a report');
  return result.report;
}

export interface ScoreOptions extends JobOptions {
  /** The unprocessed recording: adds the measures of musical noise. */
  noisy?: Measurable;
}

/**
 * PESQ, STOI, SI-SDR and the others against a clean reference of the same number of channels, of a length that differs by at most half a second,
 * and a delay of up to 200 ms. Up to 13 minutes of mono or 6 of stereo at 48 kHz.
 */
export async function scoreFile(reference: Measurable, estimate: Measurable, options: ScoreOptions = {}): Promise<Scores & { metrics: Metric[] }> {
  const { noisy } = options;
  const module = await loadMetricsWasm(options.assets);
  const job = { type: 'score', module, reference: sound(reference), estimate: sound(estimate), noisy: noisy && sound(noisy) } as const;
  const result = await runJob(job, [], options);
  if (result.type !== 'scores') throw new RinseError('no-worker', 'the worker gave something else than scores');
  return { ...result.scores, metrics: result.metrics };
}
