// The small pure parts: streamer, peaks, names and numbers.
import { describe, expect, it } from 'vitest';
import { clockTime, decibels, timeLeft } from '../../web/src/format';
import { cleanedName } from '../../worklet/src/formats';
import { Engine } from '../../worklet/src/engine';
import { PeakMeter } from '../../worklet/src/peaks';
import { checkRecipe } from '../../worklet/src/recipe';
import { Streamer } from '../../worklet/src/streamer';
import { noisyVoice } from '../signals.mjs';
import { glue } from './wasm';

describe('Streamer', () => {
  for (const frames of [1, 100, 960, 4096, 4097, 50000]) {
    it(`gives as many samples as it takes: ${frames}`, () => {
      const engine = new Engine(glue(), checkRecipe(), Streamer.engineSpec(48000, 1));
      let got = 0;
      const streamer = new Streamer(engine, (_, __, count) => (got += count));
      streamer.push([noisyVoice(frames, 48000)]);
      streamer.finish();
      expect(got).toBe(frames);
    });
  }

  it('gives the same in any pieces', () => {
    const x = noisyVoice(30000, 48000);
    const through = (piece: number) => {
      const out: number[] = [];
      const streamer = new Streamer(new Engine(glue(), checkRecipe(), Streamer.engineSpec(48000, 1)), (c, from, count) => out.push(...c[0]!.subarray(from, from + count)));
      for (let at = 0; at < x.length; at += piece) streamer.push([x.subarray(at, at + piece)]);
      streamer.finish();
      return out;
    };
    expect(through(777)).toEqual(through(30000));
  });
});

describe('PeakMeter', () => {
  it('finds the largest magnitude of any channel in each 10 ms', () => {
    const got: [number, number[]][] = [];
    const meter = new PeakMeter(8000, (first, peaks) => got.push([first, [...peaks]]));
    const left = new Float32Array(200);
    const right = new Float32Array(200);
    left[10] = 0.5;
    right[100] = -0.75;
    meter.add([left, right], 0, 160);
    meter.flush();
    meter.add([left, right], 160, 40);
    meter.flush(true);
    expect(got).toEqual([[0, [0.5, 0.75]], [2, [0]]]);
  });
});

describe('names and numbers', () => {
  it('names the cleaned file', () => {
    expect(cleanedName('talk.mp3', 'wav-24')).toBe('talk-cleaned.wav');
    expect(cleanedName('my.holiday.MOV', 'same-video')).toBe('my.holiday-cleaned.MOV');
    expect(cleanedName('noending', 'wav-16')).toBe('noending-cleaned.wav');
    expect(cleanedName('.hidden', 'wav-16')).toBe('.hidden-cleaned.wav');
  });
  it('tells time', () => {
    expect([0, 59.9, 75, 3675].map(clockTime)).toEqual(['0:00', '0:59', '1:15', '1:01:15']);
    expect(timeLeft(0.5, 10)).toBe('10 s left');
    expect(timeLeft(0.1, 60)).toBe('9:00 left');
    expect(timeLeft(0, 10)).toBe('');
  });
  it('tells decibels', () => {
    expect(decibels(-18.04)).toBe('−18.0 dB');
    expect(decibels(-200)).toBe('−∞ dB');
  });
});
