// Recipes: the chain of effects that page, worklet, command line and batch share. Checked here against the one schema, which is
// generated from the C++ Param tables.
import { Validator } from '@cfworker/json-schema';
import effectsJson from './generated/effects.json';
import type { EffectId, EffectParams } from './generated/effect-params.js';
import presetsJson from './generated/presets.json';
import schema from './generated/recipe.schema.json';
import { RinseError } from './errors.js';

export type { EffectId, EffectParams };

export type RecipeStep = {
  [E in EffectId]: {
    effect: E;
    params?: EffectParams[E];
    /** What the effect learned from a stretch of noise, as `Cleaner.learn` or `rinse clean --learn` gives it. */
    learned?: number[];
    /** 0 dry … 1 wet (default). */
    mix?: number;
    bypass?: boolean;
  };
}[EffectId];

export interface Recipe {
  version: 1;
  label?: string;
  help?: string;
  /** What a preset is good for: ids of findings (see inspectFile). */
  fits?: string[];
  /** 10 ms of latency instead of 20, at twice the work and a little less quality. */
  lowLatency?: boolean;
  chain: RecipeStep[];
}

/** A parameter as the C++ table declares it. */
export interface ParamInfo {
  id: string;
  label: string;
  unit: string;
  min: number;
  max: number;
  default: number;
  help: string;
  choices?: string[];
  /** The parameter that says how much the effect does, and its values at 0 % and 100 % strength. */
  strength?: { neutral: number; strongest: number };
}

export interface EffectInfo {
  id: EffectId;
  label: string;
  help: string;
  /** From what it can learn: a stretch without the wanted sound, or the whole recording, which file functions let it hear by themselves. */
  learns: 'stretch' | 'whole' | null;
  /** It keeps up with a microphone. */
  live: boolean;
  /** Whether it listens to a side-chain where there is one. */
  sideChain: boolean;
  /** Of the effect alone at 48 kHz; neighbours that share a transform share its latency. */
  latencyMs: number;
  /** The network that it runs; null for none. */
  model: string | null;
  params: ParamInfo[];
}

/** Every effect there is, in the order of the registry. */
export const effects = effectsJson.effects as EffectInfo[];

/** The recipes that come with Rinse, by id. */
export const presets = presetsJson as unknown as Record<string, Recipe>;
/** Where no recipe is named: live, and for files. */
export const defaultPreset = 'meeting-voice';
export const defaultFilePreset = 'voice-recording';

export function effectInfo(id: string): EffectInfo {
  const found = effects.find((e) => e.id === id);
  if (!found) throw new RinseError('bad-recipe', `there is no effect "${id}"; known are: ${effects.map((e) => e.id).join(', ')}`);
  return found;
}

const validator = new Validator(schema as object, '7', false);

/** "#/chain/0/params" → "chain[0].params". */
function readablePath(pointer: string): string {
  const parts = pointer.split('/').slice(1);
  return parts.map((p, i) => (/^\d+$/.test(p) ? `[${p}]` : i ? `.${p}` : p)).join('') || 'the recipe';
}

/**
 * Returns the recipe that `input` is: a recipe, a preset's id or nothing for the default preset. Throws a `bad-recipe` error that says
 * what is wrong, where, and what is accepted.
 */
export function checkRecipe(input: unknown = defaultPreset): Recipe {
  if (typeof input === 'string') {
    const preset = presets[input];
    if (preset) return preset;
    throw new RinseError('bad-recipe', `there is no preset "${input}"; known are: ${Object.keys(presets).join(', ')}`);
  }
  const version = (input as { version?: unknown } | null)?.version;
  if (version !== undefined && version !== 1) {
    throw new RinseError('bad-recipe', `the recipe has version ${String(version)}; this Rinse reads version 1`);
  }
  // Through JSON: what is checked is exactly what reaches the worker or the worklet, NaN becomes null and is refused.
  const recipe: unknown = JSON.parse(JSON.stringify(input ?? null));
  const { valid, errors } = validator.validate(recipe);
  if (valid) return recipe as Recipe;
  const deepest = errors.reduce((a, b) => (b.instanceLocation.split('/').length >= a.instanceLocation.split('/').length ? b : a));
  throw new RinseError('bad-recipe', `${readablePath(deepest.instanceLocation)}: ${deepest.error}`);
}

const mostLookAheadMs = 100;
const looksAhead = (e: EffectInfo): boolean => e.latencyMs <= mostLookAheadMs && e.learns !== 'whole';
const keepsUp = (e: EffectInfo, lookAhead: boolean): boolean => e.live || (lookAhead && looksAhead(e));

/** Whether every effect of the recipe keeps up with a microphone. */
export const isLive = (recipe: Recipe): boolean => recipe.chain.every((step) => keepsUp(effectInfo(step.effect), false));

/** The effect that does live, with the same parameters, what this one does on files. */
function liveSibling(info: EffectInfo): EffectInfo | undefined {
  const ids = (e: EffectInfo) => e.params.map((p) => p.id).join();
  return effects.find((e) => e.live && info.id === `${e.id}-offline` && ids(e) === ids(info));
}

/**
 * The recipe as a cleaner with `lookAhead` can preview it on a file that plays: an effect that hears further ahead than that has its live
 * sibling in its place. Null where one has none and works on whole files only.
 */
export function playable(recipe: Recipe): Recipe | null {
  const chain = recipe.chain.map((step): RecipeStep | null => {
    const info = effectInfo(step.effect);
    const plays = keepsUp(info, true) ? info : liveSibling(info);
    return plays ? ({ ...step, effect: plays.id } as RecipeStep) : null;
  });
  return chain.includes(null) ? null : ({ ...recipe, chain } as Recipe);
}

/** Refuses a recipe that can't keep up with a microphone or, with `lookAhead`, with a file that plays. */
export function checkLive(recipe: Recipe, lookAhead: boolean): Recipe {
  for (const [i, step] of recipe.chain.entries()) {
    const info = effectInfo(step.effect);
    if (keepsUp(info, lookAhead)) continue;
    const way = looksAhead(info) ? 'it looks ahead, which only a cleaner with lookAhead may' : `it works on whole files only${liveSibling(info) ? '; playable() puts its live sibling in its place' : ''}`;
    throw new RinseError('bad-recipe', `chain[${i}]: ${step.effect} does not keep up with a microphone: ${way}`);
  }
  return recipe;
}

/** The networks that the recipe runs. */
export function modelsOf(recipe: Recipe): string[] {
  return [...new Set(recipe.chain.flatMap((step) => effectInfo(step.effect).model ?? []))];
}

/** The recipe with `denoise` in the place of every effect that runs a voice network, which are the costly ones; null where there is none. */
export function withoutVoiceNetwork(recipe: Recipe): Recipe | null {
  const runsOne = (step: RecipeStep) => effectInfo(step.effect).model?.startsWith('voice');
  if (!recipe.chain.some(runsOne)) return null;
  const chain = recipe.chain.map((step): RecipeStep => (runsOne(step) ? { effect: 'denoise', mix: step.mix ?? 1, bypass: step.bypass ?? false } : step));
  return { ...recipe, chain };
}

/** The recipe with every effect's strength parameter at `strength`, 0 (no effect) … 1 (strongest). */
export function withStrength(recipe: Recipe, strength: number): Recipe {
  const chain = recipe.chain.map((step) => {
    const params: Record<string, number> = { ...step.params };
    for (const p of effectInfo(step.effect).params) {
      if (p.strength) params[p.id] = p.strength.neutral + strength * (p.strength.strongest - p.strength.neutral);
    }
    return { ...step, params } as RecipeStep;
  });
  return { ...recipe, chain };
}

/** The strength, 0 … 1, of the first effect that has one; 1 when none has. */
export function strengthOf(recipe: Recipe): number {
  for (const step of recipe.chain) {
    for (const p of effectInfo(step.effect).params) {
      if (!p.strength) continue;
      const value = (step.params as Record<string, number> | undefined)?.[p.id] ?? p.default;
      return (value - p.strength.neutral) / (p.strength.strongest - p.strength.neutral);
    }
  }
  return 1;
}
