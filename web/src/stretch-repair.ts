// A marked stretch, or a rectangle of its spectrogram, becomes a step of the recipe that fills it from its surroundings.
import { effectInfo, type Recipe } from 'rinse-audio';
import type { Rectangle } from './spectrogram';
import type { Stretch } from './waveform';

const effect = 'spectral-repair';

export const hasRepair = (recipe: Recipe): boolean => recipe.chain.some((s) => s.effect === effect);

/** The recipe with `place` in the first spectral repair that has none yet, or else in the last one; what was done, in words. Throws where it is too long. */
export function repaired(recipe: Recipe, place: Stretch | Rectangle): { recipe: Recipe; note: string } {
  const longest = effectInfo(effect).params.find((p) => p.id === 'length')!.max;
  if (place.to - place.from > longest) throw new Error(`at most ${longest} s can be filled from what is around them`);
  const changed = structuredClone(recipe);
  const steps = changed.chain.filter((s) => s.effect === effect);
  const step = steps.find((s) => !s.params?.length) ?? steps.at(-1)!; // its parameter `length`, in seconds
  const band = 'low' in place ? { low: Math.round(place.low), high: Math.max(100, Math.round(place.high)) } : null;
  step.params = { ...step.params, start: place.from, length: place.to - place.from, ...(band ?? { low: 0, high: 24000 }) };
  const between = band ? ` between ${band.low} and ${band.high} Hz` : '';
  return { recipe: changed, note: `${place.from.toFixed(3)} to ${place.to.toFixed(3)} s${between} will be filled from what is around; the settings can be changed above.` };
}
