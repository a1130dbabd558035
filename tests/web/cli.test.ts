// The command line as a user types it: which recipe it takes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rinse, root } from '../../tools/paths.mjs';
import { noisyVoice, wav } from '../signals.mjs';

const folder = mkdtempSync(join(tmpdir(), 'rinse-cli-'));
const input = join(folder, 'in.wav');
beforeAll(() => writeFileSync(input, wav([noisyVoice(16000, 16000)], 16000)));
afterAll(() => rmSync(folder, { recursive: true }));

function recipeOf(...args: string[]): { effect: string; params?: object }[] {
  const saved = join(folder, 'recipe.json');
  execFileSync(rinse, ['clean', input, join(folder, 'out.wav'), '--save-recipe', saved, ...args], { stdio: 'pipe' });
  return JSON.parse(readFileSync(saved, 'utf8')).chain;
}

describe('rinse clean', () => {
  it('uses the preset for voices where nothing else is said, with the parameters given', () => {
    expect(recipeOf()).toEqual([{ effect: 'voice-denoise-offline' }]);
    expect(recipeOf('--voice-denoise-offline.limit=-20')).toEqual([{ effect: 'voice-denoise-offline', params: { limit: -20 } }]);
  });
  it('uses the effects that parameters name where that preset has none of them', () => {
    expect(recipeOf('--denoise.floor=-20', '--dereverb.taps=5')).toEqual([
      { effect: 'denoise', params: { floor: -20 } },
      { effect: 'dereverb', params: { taps: 5 } },
    ]);
  });
  it('refuses parameters of effects that are not in the preset', () => {
    expect(() => recipeOf('--preset', 'meeting-voice', '--denoise.floor=-20')).toThrow(/the recipe has no effect "denoise"/);
    expect(() => recipeOf('--voice-denoise-offline.limit=-20', '--denoise.floor=-20')).toThrow(/the recipe has no effect "denoise"/);
  });
  it('takes a network from a file where one is given, and refuses what is none of ours', () => {
    const cleaned = (...args: string[]) => {
      recipeOf(...args);
      return readFileSync(join(folder, 'out.wav'));
    };
    const usual = cleaned();
    expect(usual.includes('PEAK')).toBe(false); // a chunk that holds the time of day: the same sound gives the same file
    expect(cleaned('--weights', join(root, 'models/voice/voice-ahead.safetensors')).equals(usual)).toBe(true);
    expect(() => cleaned('--weights', join(root, 'tests/golden/nn.safetensors'))).toThrow(/names no network that Rinse has/);
    expect(() => cleaned('--weights', input)).toThrow(/no safetensors file/);
  });
});
