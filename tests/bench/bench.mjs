// npm run bench [-- --only NAMES (of effects and presets, without peers; 'none')] [--json FILE] [--browser] [--live MINUTES] [--hour]: how fast we are, beside our peers, in one run.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rinse, root, wasm } from '../../tools/paths.mjs';
import { models } from '../models.mjs';
import { peers } from './peers.mjs';
import { load, measure, quantum, sampleRate, signal } from './worklet-host.mjs';

const { values: options } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' }, browser: { type: 'boolean' }, live: { type: 'string' }, hour: { type: 'boolean' } } });

const budgetUs = (quantum / sampleRate) * 1e6;
const x = signal(10);
const rows = [];

function add(row) {
  rows.push(row);
  const { name, host, xRealTime, worstBlockUs } = row;
  console.log(`${name.padEnd(44)} ${host.padEnd(7)} ${xRealTime.toFixed(1).padStart(8)} × ${worstBlockUs.toFixed(0).padStart(7)} µs ${((100 * worstBlockUs) / budgetUs).toFixed(1).padStart(6)} %`);
}

console.log(`48 kHz mono in quanta of ${quantum} (${budgetUs.toFixed(0)} µs each), one core`);
console.log(`${'name'.padEnd(44)} ${'host'.padEnd(7)} ${'real time'.padStart(10)} ${'worst block'.padStart(10)} ${'of budget'.padStart(8)}`);

if (!options.only) JSON.parse(execFileSync(rinse, ['bench'], { encoding: 'utf8' })).forEach(add);

const generated = (name) => JSON.parse(readFileSync(join(root, 'worklet/src/generated', name), 'utf8'));
const recipes = {
  ...Object.fromEntries(generated('effects.json').effects.map((e) => [e.id, { version: 1, chain: [{ effect: e.id }] }])),
  ...generated('presets.json'),
};
const core = { module: new WebAssembly.Module(readFileSync(wasm)), models };
const resting = new Set(['dehum', 'hum', 'eq', 'voice']); // at their defaults, on this signal
async function inWasm(name, recipe, channels) {
  const process = await load(`${join(root, 'worklet/dist/rinse-processor.js')}`, { core, recipe, cheaper: null, channels, maxLoad: 0 }, (p) => p.port.heard.some((m) => m.type === 'ready'));
  add({ name: channels > 1 ? `${name}, ${channels} channels` : name, host: 'wasm', ...measure(process, x, resting.has(name)) });
}
const wanted = (name) => !options.only || options.only.split(',').includes(name);
for (const [name, recipe] of Object.entries(recipes)) if (wanted(name)) await inWasm(name, recipe, 1);
for (const name of ['dereverb', 'dereverb-offline', 'beamform', 'beamform-offline']) if (wanted(name)) await inWasm(name, recipes[name], 4);
if (!options.only) {
  for (const [name, make] of Object.entries(peers)) add({ name, host: 'peer', ...measure(await make(), x) });

  const speed = (name, host) => rows.find((r) => r.name === name && r.host === host).xRealTime;
  for (const effect of ['denoise', 'voice-denoise'])
    console.log(`${effect} in wasm costs ${(speed('@jitsi/rnnoise-wasm', 'peer') / speed(effect, 'wasm')).toFixed(2)} of @jitsi/rnnoise-wasm`);

  const { scoringSeconds } = await import('./scoring.mjs');
  for (const [host, seconds] of Object.entries(await scoringSeconds())) console.log(`all measures of a pair of 5 s at 48 kHz, ${host}: ${seconds.toFixed(2)} s`);

  (await import('./kernels.mjs')).kernels();
}

if (options.browser || options.live || options.hour) {
  const { hourInPage, liveUnderruns, workletLoad } = await import('./chromium.mjs');
  if (options.browser) {
    const { loadPercent, worstPercent } = await workletLoad();
    console.log(`in Chromium's AudioWorklet: load ${loadPercent.toFixed(2)} %, worst block ${worstPercent.toFixed(1)} % of the quantum's budget`);
  }
  if (options.live) {
    const { rinse, empty, cleaning, loadPercent } = await liveUnderruns(Number(options.live), recipes["meeting-voice"]);
    console.log(`${options.live} minutes live in Chromium, preset meeting-voice${cleaning ? '' : ' (NOT CLEANING)'}: ${rinse} underruns, ${empty} of an empty worklet beside it; load ${loadPercent.toFixed(2)} %`);
  }
  if (options.hour) {
    const h = await hourInPage();
    console.log(`one hour of stereo 48 kHz in Chromium: read in ${h.readSeconds.toFixed(1)} s, cleaned in ${h.cleanSeconds.toFixed(1)} s (${h.cleanXRealTime.toFixed(0)} × real time; ${h.xRealTimeFromDrop.toFixed(0)} × from the drop)`);
    console.log(`memory (PSS): the page's process ${h.idle.page.toFixed(0)} MB idle, at most ${h.peak.page.toFixed(0)} MB; the whole browser ${h.idle.total.toFixed(0)} MB idle, at most ${h.peak.total.toFixed(0)} MB`);
  }
}
if (options.json) writeFileSync(options.json, JSON.stringify(rows, null, 2) + '\n');
