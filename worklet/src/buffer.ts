// Decoded audio in, cleaned audio of the same rate, channels and length out, in a worker.
import { loadCore } from './assets.js';
import { RinseError } from './errors.js';
import { runJob, type JobOptions } from './job.js';
import { checkLimits } from './limits.js';
import { checkRecipe, type Recipe } from './recipe.js';

export interface PlanarAudio {
  /** Hz, 8000 … 192000. */
  sampleRate: number;
  /** 1 to 8 channels of the same length, full scale ±1. */
  channels: Float32Array[];
}

export interface CleanBufferOptions extends JobOptions {
  /** A recipe or a preset's id; the default preset when absent. */
  recipe?: Recipe | string;
}

/** The input is left as it is. An AudioBuffer gives an AudioBuffer, planar arrays give planar arrays. */
export function cleanBuffer(audio: AudioBuffer, options?: CleanBufferOptions): Promise<AudioBuffer>;
export function cleanBuffer(audio: PlanarAudio, options?: CleanBufferOptions): Promise<PlanarAudio>;
export async function cleanBuffer(audio: AudioBuffer | PlanarAudio, options: CleanBufferOptions = {}): Promise<AudioBuffer | PlanarAudio> {
  const recipe = checkRecipe(options.recipe);
  const { sampleRate } = audio;
  const isBuffer = 'getChannelData' in audio;
  const source = isBuffer ? Array.from({ length: audio.numberOfChannels }, (_, c) => audio.getChannelData(c)) : audio.channels;
  checkLimits(sampleRate, source.length);
  const frames = source[0]!.length;
  if (source.some((c) => c.length !== frames)) throw new RinseError('bad-audio', 'the channels are not of the same length');
  if (frames === 0) throw new RinseError('bad-audio', 'there are no samples');
  const core = await loadCore(recipe, options.assets);
  const channels = source.map((c) => new Float32Array(c));
  const result = await runJob(
    { type: 'cleanBuffer', core, recipe, sampleRate, channels },
    channels.map((c) => c.buffer),
    options,
  );
  if (result.type !== 'buffer') throw new RinseError('no-worker', 'the worker gave something else than audio');
  if (!isBuffer) return { sampleRate, channels: result.channels };
  const buffer = new AudioBuffer({ length: frames, numberOfChannels: source.length, sampleRate });
  result.channels.forEach((c, i) => buffer.copyToChannel(c, i));
  return buffer;
}
