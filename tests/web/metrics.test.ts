// The measures in wasm: the same numbers as natively, and the same refusals.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fittingPreset, type Finding, type Values } from '../../worklet/src/measures';
import { Metrics } from '../../worklet/src/metrics';
import { noise, noisyVoice, wav } from '../signals.mjs';
import { metricsModule } from './wasm';

const folder = mkdtempSync(join(tmpdir(), 'rinse-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sampleRate = 48000;
const frames = 3 * sampleRate;
const quiet = noisyVoice(frames, sampleRate, 1);
const hiss = noise(frames, 0.1, 2);
const loud = quiet.map((x, i) => x + hiss[i]!);
const metrics = new Metrics(metricsModule);

function natively(command: string, files: Record<string, Float32Array[]>, ...args: string[]) {
  const paths = Object.entries(files).flatMap(([option, channels]) => {
    const path = join(folder, `${option.replace(/\W/g, '') || 'in'}.wav`);
    writeFileSync(path, wav(channels, sampleRate));
    return option ? [option, path] : [path];
  });
  return JSON.parse(execFileSync('build/native/rinse', [command, ...paths, ...args], { encoding: 'utf8' }));
}

describe('native and wasm', () => {
  it('score the same', () => {
    const native = natively('score', { '--clean': [quiet], '--est': [loud], '--noisy': [loud] }, '--format', 'json').mean as Values;
    const audio = (x: Float32Array) => ({ sampleRate, channels: [x] });
    const { lag, mean } = metrics.score(audio(quiet), audio(loud), audio(loud));
    expect(lag).toBe(native.lag);
    expect(Object.keys(mean)).toEqual(metrics.list.map((m) => m.id));
    for (const [id, value] of Object.entries(mean)) expect(value, id).toBeCloseTo(native[id]!, 3);
  });
  it('inspect the same', () => {
    const stereo = [loud, quiet];
    const native = natively('inspect', { '': stereo }, '--json');
    const inspector = metrics.inspector(sampleRate, 2);
    inspector.add(stereo);
    const report = inspector.result();
    expect(report.findings).toEqual(native.findings);
    expect(report.preset).toBe(native.preset);
    for (const { id, value } of report.measured) {
      if (value === null) expect(native[id], id).toBeNull();
      else expect(value, id).toBeCloseTo(native[id], 4);
    }
  });
});

describe('what can not be measured', () => {
  it('is refused with the reason', () => {
    const audio = (channels: Float32Array[], rate = sampleRate) => ({ sampleRate: rate, channels });
    expect(() => metrics.score(audio([quiet]), audio([quiet, quiet]))).toThrow(/2 channels and the reference 1/);
    expect(() => metrics.score(audio([quiet]), audio([quiet.subarray(0, 48000)]))).toThrow(/1\.0+ s long/);
    expect(() => metrics.score(audio([quiet]), audio([Float32Array.of(NaN)]))).toThrow(/no numbers/);
    expect(() => metrics.inspector(100, 1)).toThrow(/8000 to 192000/);
    expect(() => metrics.inspector(48000, 9)).toThrow(/1 to 8/);
  });
  it('is null where it is not defined, never a wrong number', () => {
    const silence = new Float32Array(frames);
    const { mean } = metrics.score({ sampleRate, channels: [silence] }, { sampleRate, channels: [silence] });
    expect(mean.pesq_wb).toBeNull();
    expect(mean.si_sdr).toBeNull();
  });
});

describe('the memory', () => {
  it('is given back: scoring again and again does not grow it', () => {
    const audio = { sampleRate, channels: [quiet] };
    metrics.score(audio, audio);
    const before = metrics.bytes;
    for (let i = 0; i < 5; i++) metrics.score(audio, audio);
    expect(metrics.bytes).toBe(before);
  });
});

describe('the fitting preset', () => {
  const finding = (id: string): Finding => ({ id, severity: 'clear', text: '' });
  it('is that of the worst finding for which there is one', () => {
    expect(fittingPreset([finding('no such thing'), finding('clipping'), finding('noise')])).toBe('clipping');
    expect(fittingPreset([finding('no such thing')])).toBeNull();
    expect(fittingPreset([])).toBeNull();
  });
});
