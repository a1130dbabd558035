import { describe, expect, it } from 'vitest';
import { checkRecipe, defaultPreset, effects, playable, presets, strengthOf, withoutVoiceNetwork, withStrength, type Recipe } from '../../worklet/src/recipe';

describe('checkRecipe', () => {
  it('takes a recipe, a preset id, or nothing', () => {
    expect(checkRecipe()).toBe(presets[defaultPreset]);
    expect(checkRecipe('meeting-voice')).toBe(presets['meeting-voice']);
    const recipe: Recipe = { version: 1, chain: [{ effect: 'denoise', params: { floor: -12 }, mix: 0.5, bypass: true }] };
    expect(checkRecipe(recipe)).toEqual(recipe);
  });

  const step = (more: object) => ({ version: 1, chain: [{ effect: 'denoise', ...more }] });
  const bad: [string, unknown, RegExp][] = [
    ['an unknown preset', 'nope', /no preset "nope"; known are: .*meeting-voice/],
    ['null', null, /./],
    ['a list', [], /./],
    ['another version', { version: 2, chain: [] }, /version 2; this Rinse reads version 1/],
    ['no chain', { version: 1 }, /chain/],
    ['an unknown effect', { version: 1, chain: [{ effect: 'nope' }] }, /chain\[0\]\.effect/],
    ['an unknown parameter', step({ params: { flor: 1 } }), /flor/],
    ['a value out of range', step({ params: { floor: -99 } }), /chain\[0\]\.params\.floor.*-99.*-40/],
    ['a text for a number', step({ params: { floor: '-9' } }), /chain\[0\]\.params\.floor/],
    ['NaN', step({ params: { floor: NaN } }), /chain\[0\]\.params\.floor/],
    ['half a choice', step({ params: { tracker: 0.5 } }), /chain\[0\]\.params\.tracker/],
    ['too much mix', step({ mix: 2 }), /chain\[0\]\.mix/],
    ['an unknown field', step({ colour: 'red' }), /colour/],
  ];
  for (const [name, input, message] of bad) {
    it(`refuses ${name} with the reason`, () => {
      expect(() => checkRecipe(input)).toThrow(message);
      expect(() => checkRecipe(input)).toThrow(expect.objectContaining({ code: 'bad-recipe' }));
    });
  }
});

describe('strength', () => {
  it('goes from the neutral value to the strongest', () => {
    const floor = (r: Recipe) => (r.chain[0]!.params as { floor: number }).floor;
    const recipe = checkRecipe('steady-noise');
    expect(floor(withStrength(recipe, 0))).toBe(0);
    expect(floor(withStrength(recipe, 1))).toBe(-32);
    expect(strengthOf(withStrength(recipe, 0.25))).toBeCloseTo(0.25);
    expect(strengthOf(recipe)).toBeCloseTo(0.5);
  });
  it('leaves the recipe it was given alone', () => {
    const before = JSON.stringify(presets);
    withStrength(checkRecipe(), 0.9);
    expect(JSON.stringify(presets)).toBe(before);
  });
});

describe('playable', () => {
  const played = (preset: string) => playable(checkRecipe(preset))?.chain;
  it('leaves what keeps up as it is', () => {
    for (const preset of ['meeting-voice', 'drums-snare']) expect(played(preset)).toEqual(presets[preset]!.chain);
  });
  it('has the live sibling play for what hears too far ahead, with its parameters', () => {
    expect(played('voice-recording')).toEqual([{ effect: 'voice-denoise' }]);
    expect(played('several-microphones')).toEqual([{ effect: 'beamform' }, { effect: 'voice-denoise', params: { limit: -24 } }]);
  });
  it('is nothing where an effect needs the whole file, or its sibling has other parameters', () => {
    for (const preset of ['clipping', 'lecture-hall']) expect(played(preset)).toBeUndefined();
  });
});

describe('withoutVoiceNetwork', () => {
  it('has the classical suppressor do the voice networks\' work, and leaves small networks', () => {
    const cheaper = withoutVoiceNetwork({ version: 1, chain: [{ effect: 'derustle' }, { effect: 'voice-denoise', mix: 0.5 }] });
    expect(cheaper?.chain).toEqual([{ effect: 'derustle' }, { effect: 'denoise', mix: 0.5, bypass: false }]);
    expect(withoutVoiceNetwork({ version: 1, chain: [{ effect: 'derustle' }] })).toBeNull();
  });
});

describe('the Param table', () => {
  it('has at most one strength an effect, inside its range', () => {
    for (const e of effects) {
      const strengths = e.params.filter((p) => p.strength);
      expect(strengths.length).toBeLessThanOrEqual(1);
      for (const p of strengths) {
        for (const v of [p.strength!.neutral, p.strength!.strongest]) expect(v >= p.min && v <= p.max).toBe(true);
      }
    }
  });
});
