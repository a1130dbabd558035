// Decoded audio in, cleaned audio of the same rate, channels and length out, in a worker.
import { loadCore } from './assets.js';
import { RinseError } from './errors.js';
import { runJob, type JobOptions } from './job.js';
import { checkLimits } from './limits.js';
import { checkRecipe, defaultFilePreset, type Recipe } from './recipe.js';
import { checkSideChain } from './side-chain.js';

export interface PlanarAudio {
  /** Hz, 8000 … 192000. */
  sampleRate: number;
  /** 1 to 8 channels of the same length, full scale ±1. */
  channels: Float32Array[];
}

export interface CleanBufferOptions extends JobOptions {
  /** A recipe or a preset's id; `defaultFilePreset` when absent. */
  recipe?: Recipe | string;
  /** For effects that listen to one (gates): of any rate and length; silence counts behind its end. */
  sideChain?: AudioBuffer | PlanarAudio;
}

/** The channels of decoded audio, checked. */
export function planar(audio: AudioBuffer | PlanarAudio): PlanarAudio {
  const { sampleRate } = audio;
  const channels = 'getChannelData' in audio ? Array.from({ length: audio.numberOfChannels }, (_, c) => audio.getChannelData(c)) : audio.channels;
  checkLimits(sampleRate, channels.length);
  if (channels.some((c) => c.length !== channels[0]!.length)) throw new RinseError('bad-audio', 'the channels are not of the same length');
  if (channels[0]!.length === 0) throw new RinseError('bad-audio', 'there are no samples');
  return { sampleRate, channels };
}

/** The input is left as it is. An AudioBuffer gives an AudioBuffer, planar arrays give planar arrays. */
export function cleanBuffer(audio: AudioBuffer, options?: CleanBufferOptions): Promise<AudioBuffer>;
export function cleanBuffer(audio: PlanarAudio, options?: CleanBufferOptions): Promise<PlanarAudio>;
export async function cleanBuffer(audio: AudioBuffer | PlanarAudio, options: CleanBufferOptions = {}): Promise<AudioBuffer | PlanarAudio> {
  const recipe = checkRecipe(options.recipe ?? defaultFilePreset);
  checkSideChain(recipe, options.sideChain);
  const sideChain = options.sideChain && planar(options.sideChain);
  const { sampleRate, channels: source } = planar(audio);
  const frames = source[0]!.length;
  const core = await loadCore(recipe, options.assets);
  const channels = source.map((c) => new Float32Array(c));
  const result = await runJob(
    { type: 'cleanBuffer', core, recipe, sampleRate, channels, sideChain },
    channels.map((c) => c.buffer),
    options,
  );
  if (result.type !== 'buffer') throw new RinseError('no-worker', 'the worker gave something else than audio');
  if (!('getChannelData' in audio)) return { sampleRate, channels: result.channels };
  const buffer = new AudioBuffer({ length: frames, numberOfChannels: source.length, sampleRate });
  result.channels.forEach((c, i) => buffer.copyToChannel(c, i));
  return buffer;
}
