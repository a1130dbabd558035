// Some effects hear the whole recording before they begin: its loudness, its hum. One pass for each, with what the effects before it leave.
import { Engine, instantiate, type Core } from './engine.js';
import { RinseError } from './errors.js';
import { effectInfo, type Recipe } from './recipe.js';
import { Streamer } from './streamer.js';

/** `pieces` reads the recording from its beginning each time. Where there is nothing to go by (silence, a second of sound) the step does as it does live. */
export async function learnWhole(
  core: Core,
  recipe: Recipe,
  { sampleRate, channels, sideChain = false }: { sampleRate: number; channels: number; sideChain?: boolean },
  pieces: () => AsyncIterable<Float32Array[]> | Iterable<Float32Array[]>,
): Promise<Recipe> {
  for (const [i, step] of recipe.chain.entries()) {
    if (effectInfo(step.effect).learns !== 'whole' || step.learned?.length || step.bypass) continue;
    const engine = new Engine(instantiate(core), recipe, Streamer.engineSpec(sampleRate, channels, sideChain));
    engine.startLearning(i);
    const streamer = new Streamer(engine, () => undefined);
    for await (const piece of pieces()) streamer.push(piece);
    try {
      const learned = engine.finishLearning(i);
      recipe = { ...recipe, chain: recipe.chain.map((s, k) => (k === i ? { ...s, learned } : s)) };
    } catch (e) {
      if (!(e instanceof RinseError)) throw e;
    }
  }
  return recipe;
}
