// rinse-audio: what a page or an editor uses.
export { createCleaner, type Cleaner, type CleanerOptions, type StepDownDetail } from './cleaner.js';
export { cleanStream, type CleanedStream, type CleanStreamOptions } from './stream.js';
export { cleanBuffer, type CleanBufferOptions, type PlanarAudio } from './buffer.js';
export { learn, type LearnOptions } from './learn.js';
export { pictureHz, type Picture } from './engine.js';
export { cleanFile, readWaveform, releaseFile, removeLeftovers, type CleanFileOptions } from './file.js';
export { inspectFile, scoreFile, type Measurable, type ScoreOptions } from './measure.js';
export type { Finding, Measured, Metric, Report, Scores, Values } from './measures.js';
export { openReader, type PcmReader } from './reader.js';
export { cleanedName, type FileFormat } from './formats.js';
export { RinseError, reasonOf, type RinseErrorCode } from './errors.js';
export type { Assets } from './assets.js';
export type { JobOptions } from './job.js';
export type { FileInfo, Stats } from './messages.js';
export {
  checkRecipe,
  defaultFilePreset,
  defaultPreset,
  effectInfo,
  effects,
  isLive,
  playable,
  presets,
  strengthOf,
  withStrength,
  type EffectId,
  type EffectInfo,
  type EffectParams,
  type ParamInfo,
  type Recipe,
  type RecipeStep,
} from './recipe.js';
