// What measuring gives: scores against a clean reference, and a report on a recording without one.
import { presets } from './recipe.js';

/** A measure against a clean reference, as the C++ table declares it. */
export interface Metric {
  id: string;
  label: string;
  unit: string;
  /** Whether more is better. */
  more: boolean;
  help: string;
}

/** By id; null where a measure is not defined (silence, no speech, no treble). */
export type Values = Record<string, number | null>;

export interface Scores {
  /** Samples at the reference's rate by which the estimate lagged; compensated. */
  lag: number;
  /** Over the channels. */
  mean: Values;
  channels: Values[];
}

/** One figure of a report; null where it can't be told. */
export interface Measured {
  id: string;
  label: string;
  unit: string;
  value: number | null;
}

/** Something that a listener would mind. */
export interface Finding {
  /** noise, hum, clipping, reverberation, clicks, loudness, bandwidth, channels. */
  id: string;
  severity: 'slight' | 'clear';
  /** One sentence with the figure. */
  text: string;
}

export interface Report {
  seconds: number;
  measured: Measured[];
  /** The worst first; empty: nothing to mend. */
  findings: Finding[];
  /** The id of the preset that fits; null where none does. */
  preset: string | null;
}

/** The first preset that fits the worst finding that any fits (cli/inspect.cpp decides alike). */
export function fittingPreset(findings: Finding[]): string | null {
  for (const { id } of findings) {
    const fitting = Object.entries(presets).find(([, preset]) => preset.fits?.includes(id));
    if (fitting) return fitting[0];
  }
  return null;
}
