// A stretch of sound in, the recipe with what its effects learned from it out: a noise profile from noise alone.
import { loadCore } from './assets.js';
import { planar, type PlanarAudio } from './buffer.js';
import { RinseError } from './errors.js';
import { runJob, type JobOptions } from './job.js';
import { checkRecipe, defaultFilePreset, effectInfo, type Recipe } from './recipe.js';

export interface LearnOptions extends JobOptions {
  /** A recipe or a preset's id; `defaultFilePreset` when absent. */
  recipe?: Recipe | string;
}

/** Rejects with `bad-recipe` where no effect of the recipe learns, and with `bad-audio` where there is too little to learn from. */
export async function learn(audio: AudioBuffer | PlanarAudio, options: LearnOptions = {}): Promise<Recipe> {
  const recipe = checkRecipe(options.recipe ?? defaultFilePreset);
  if (!recipe.chain.some((s) => effectInfo(s.effect).learns === 'stretch')) throw new RinseError('bad-recipe', 'no effect of the recipe learns anything');
  const { sampleRate, channels: source } = planar(audio);
  const core = await loadCore(recipe, options.assets);
  const channels = source.map((c) => new Float32Array(c));
  const result = await runJob(
    { type: 'learn', core, recipe, sampleRate, channels },
    channels.map((c) => c.buffer),
    options,
  );
  if (result.type !== 'learned') throw new RinseError('no-worker', 'the worker gave something else than what was learned');
  return { ...recipe, chain: recipe.chain.map((step, i) => (result.steps[i] ? { ...step, learned: result.steps[i] } : step)) };
}
