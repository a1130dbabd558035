// A sound or video file in, a cleaned file out, streamed in a worker: memory does not grow with the file.
import { loadCore } from './assets.js';
import { RinseError } from './errors.js';
import type { FileFormat } from './formats.js';
import { runJob, type JobOptions } from './job.js';
import type { FileInfo } from './messages.js';
import { checkRecipe, defaultFilePreset, type Recipe } from './recipe.js';
import { checkSideChain } from './side-chain.js';
import { removeScratchFile, scratchFolder } from './scratch.js';

export interface CleanFileOptions extends JobOptions {
  /** A recipe or a preset's id; `defaultFilePreset` when absent. */
  recipe?: Recipe | string;
  /** A sound file for effects that listen to one (gates): of any rate and length; silence counts behind its end. */
  sideChain?: Blob;
  /** Default: `same-video` for a video, `wav-24` for everything else. */
  format?: FileFormat;
  /** Peaks of the cleaned sound as they come, one for each 10 ms, from piece `first` on. */
  onPeaks?: (first: number, peaks: Float32Array) => void;
  /** What was found in the file. */
  onInfo?: (info: FileInfo) => void;
}

const results = new WeakMap<Blob, { folder: string; name: string }>();

/**
 * Removes a result of cleanFile from the browser's private file system. What is not released is removed when a page of the same origin
 * next loads this package's file functions (removeLeftovers), once the page that made it is closed. The blob and object URLs made from it
 * can't be read any more.
 */
export async function releaseFile(result: Blob): Promise<void> {
  const place = results.get(result);
  results.delete(result);
  if (place) await removeScratchFile(place.folder, place.name);
}

/** Removes the results that closed pages of this origin left on disk. For a page to call when it loads; cleanFile does it too. */
export async function removeLeftovers(): Promise<void> {
  await scratchFolder();
}

/**
 * Resolves with the whole cleaned file; what is aborted or fails leaves nothing behind. The sound lines up with the input's to the
 * sample and is as long.
 */
export async function cleanFile(file: Blob, options: CleanFileOptions = {}): Promise<Blob> {
  const recipe = checkRecipe(options.recipe ?? defaultFilePreset);
  checkSideChain(recipe, options.sideChain);
  const [core, folder] = await Promise.all([loadCore(recipe, options.assets), scratchFolder()]);
  const name = folder && crypto.randomUUID(); // without a private file system (plain http) the result is kept in memory
  const scratch = folder && `${folder}/${name}`;
  try {
    const result = await runJob({ type: 'cleanFile', core, recipe, file, sideChain: options.sideChain, format: options.format, scratch }, [], options, options.onPeaks);
    if (result.type !== 'file') throw new RinseError('no-worker', 'the worker gave something else than a file');
    options.onInfo?.(result.info);
    if (folder) results.set(result.file, { folder, name });
    return result.file;
  } catch (e) {
    await removeScratchFile(folder, name);
    throw e;
  }
}

/** Reads a file once through: what is in it, and its waveform (see CleanFileOptions.onPeaks). */
export async function readWaveform(file: Blob, options: JobOptions & Pick<CleanFileOptions, 'onPeaks'> = {}): Promise<FileInfo> {
  const result = await runJob({ type: 'readPeaks', file }, [], options, options.onPeaks);
  if (result.type !== 'info') throw new RinseError('no-worker', 'the worker gave something else than a waveform');
  return result.info;
}
