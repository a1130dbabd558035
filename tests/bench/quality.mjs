// npm run quality -- DATA: writes docs/quality.md: every effect and preset on the development mixtures of DATA/mix_dev.py, beside the peers of
// DATA/dev_scores.csv, and how far `rinse score` lies from the scorer that made that table.
// With --check (npm test): whether what the page says of the self-made signals is still so; nothing is written.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { python, rinse, root } from '../../tools/paths.mjs';
import { noise, noisyVoice, wav } from '../signals.mjs';

const { values: options, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const page = join(root, 'docs/quality.md');
const work = mkdtempSync(join(tmpdir(), 'rinse-quality-'));
const dev = join(work, 'dev');
const run = promisify(execFile);
const generated = (name) => JSON.parse(readFileSync(join(root, 'worklet/src/generated', name), 'utf8'));

/** Every preset and every effect alone, as arguments of `rinse clean`. */
const systems = { ...Object.fromEntries(Object.keys(generated('presets.json')).map((id) => [id, ['--preset', id]])) };
for (const { id } of generated('effects.json').effects) {
  const recipe = join(work, `${id}.json`);
  writeFileSync(recipe, JSON.stringify({ version: 1, chain: [{ effect: id }] }));
  systems[id] = ['--recipe', recipe];
}

/** What is measured on each set, with what suppresses the like; the self-made signals go through everything. */
const suppressors = ['voice-recording', 'meeting-voice', 'podcast-voice', 'steady-noise'];
const measured = {
  voice48: suppressors,
  voice16: suppressors,
  reverb48: ['meeting-voice', 'reverberant-voice', 'lecture-hall', 'dereverb', 'dereverb-offline'],
  rustle48: [...suppressors, 'derustle', 'lavalier-rustle'],
  drums44: ['gate', 'auto-gate', 'debleed', 'debleed-offline', 'steady-noise'],
};

const sets = {
  voice48: 'speech and noise, 48 kHz, 40 files',
  voice16: 'speech and noise, 16 kHz, 40 files',
  reverb48: 'speech in rooms, 48 kHz, 12 files',
  rustle48: 'speech and rustle, 48 kHz, 16 files',
  drums44: 'snare microphone and bleed, 44.1 kHz, 6 files',
};
/** Columns and the digits they are shown with. */
const columns = { pesq_wb: 3, pesq_nb: 3, stoi: 3, estoi: 3, si_sdr: 2, seg_snr: 2, csig: 2, cbak: 2, covl: 2, srmr: 2 };
/** What the table of the peers does not have, or measures in another way. */
const ownColumns = { lsd_hf: 2, log_kurtosis_ratio: 2 };
/** The measures of speech say nothing of drums. */
const drumColumns = { si_sdr: 2, snr: 2, seg_snr: 2, lsd: 2 };

const csv = (text) => {
  const [head, ...rows] = text.trim().split('\n').map((l) => l.split(','));
  return rows.map((r) => Object.fromEntries(r.map((v, i) => [head[i], v])));
};
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
const shown = (value, digits) => (value === undefined || value === '' || Number.isNaN(Number(value)) ? '–' : Number(value).toFixed(digits).replace(/^-(0\.0*)$/, '$1'));
const tableOf = (head, rows) => [head, head.map((_, i) => (i ? '---:' : '---')), ...rows].map((r) => `| ${r.join(' | ')} |`).join('\n');

/** The scores of a folder of files; the last row holds the means. */
function score(folder, estimate, args = []) {
  const [clean, noisy] = ['clean', 'noisy'].map((k) => join(folder, k));
  return csv(execFileSync(rinse, ['score', '--clean', clean, '--est', estimate, '--noisy', noisy, '--format', 'csv', ...args], { encoding: 'utf8', maxBuffer: 1 << 26 }));
}

/** Cleans folder/noisy into folder/NAME and scores that. */
async function cleanAndScore(folder, name, cleanArgs, scoreArgs = []) {
  const noisy = join(folder, 'noisy');
  const out = join(folder, name);
  mkdirSync(out);
  const files = readdirSync(noisy);
  const next = async () => {
    for (let f = files.pop(); f; f = files.pop()) await run(rinse, ['clean', join(noisy, f), join(out, f), ...cleanArgs]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
  return score(folder, out, scoreArgs);
}

/** Cleans a folder of noisy files with each system; [system, scores], the noisy files first. */
async function measure(folder, names = Object.keys(systems)) {
  const rows = [['noisy', score(folder, join(folder, 'noisy'))]];
  for (const name of names) rows.push([name, await cleanAndScore(folder, name, systems[name])]);
  return rows;
}

/** Signals that anybody can make: so that a change of an effect is noticed where the recordings are not. */
async function selfMade() {
  const folder = join(work, 'self-made');
  for (const kind of ['clean', 'noisy']) mkdirSync(join(folder, kind), { recursive: true });
  for (const sampleRate of [16000, 48000]) {
    const voice = noisyVoice(4 * sampleRate, sampleRate, 1, 0.0005);
    const hiss = noise(voice.length, 0.03, 2);
    writeFileSync(join(folder, 'clean', `${sampleRate}.wav`), wav([voice], sampleRate));
    writeFileSync(join(folder, 'noisy', `${sampleRate}.wav`), wav([voice.map((x, i) => x + hiss[i])], sampleRate));
  }
  const rows = (await measure(folder)).map(([name, scores]) => [name, shown(scores.at(-1).pesq_wb, 2), shown(scores.at(-1).stoi, 2), shown(scores.at(-1).si_sdr, 1)]);
  return tableOf(['system', 'pesq_wb', 'stoi', 'si_sdr'], rows);
}

/** How far our scores of the unprocessed files lie from the reference scorer's. */
function agreement(ours, reference) {
  const known = new Map(reference.filter((r) => r.system === 'noisy').map((r) => [r.file, r]));
  return Object.keys(columns).map((metric) => {
    const off = ours.filter((r) => known.has(r.file)).map((r) => ({ file: r.file, by: Number(r[metric]) - Number(known.get(r.file)[metric]) }));
    const worst = off.reduce((a, b) => (Math.abs(b.by) > Math.abs(a.by) ? b : a));
    return [metric, mean(off.map((o) => o.by)).toFixed(4), Math.abs(worst.by).toFixed(4), worst.file];
  });
}

async function tables(data) {
  execFileSync(python(), [join(data, 'mix_dev.py'), dev]);
  const peers = csv(readFileSync(join(data, 'dev_scores.csv'), 'utf8'));
  const parts = [];
  const agreements = [];
  for (const [set, what] of Object.entries(sets)) {
    const rows = await measure(join(dev, set), measured[set]);
    const reference = peers.filter((r) => r.set === set);
    const shared = set === 'drums44' ? drumColumns : columns;
    const own = set === 'drums44' ? {} : ownColumns;
    if (reference.length) agreements.push(`### ${set}\n\n${tableOf(['measure', 'mean difference', 'largest', 'in file'], agreement(rows[0][1], reference))}`);
    const lines = rows.map(([name, scores]) => {
      const m = scores.at(-1);
      const values = [...Object.entries(shared), ...Object.entries(own)].map(([id, digits]) => shown(m[id], digits));
      return { order: Number(m[Object.keys(shared)[0]]), cells: [name === 'noisy' ? 'noisy' : `**rinse ${name}**`, ...values] };
    });
    for (const system of new Set(reference.map((r) => r.system))) {
      if (system === 'noisy') continue;
      const of = reference.filter((r) => r.system === system);
      const values = Object.entries(columns).map(([id, digits]) => shown(mean(of.map((r) => Number(r[id]))), digits));
      lines.push({ order: mean(of.map((r) => Number(r.pesq_wb))), cells: [system, ...values, ...Object.keys(ownColumns).map(() => '–')] });
    }
    lines.sort((a, b) => b.order - a.order);
    parts.push(`## ${set}: ${what}\n\n${tableOf(['system', ...Object.keys(shared), ...Object.keys(own)], lines.map((l) => l.cells))}`);
  }
  return { parts, agreements };
}

/** Every method of denoise over every tracker: PESQ-WB, STOI and SI-SDR (dB). */
async function family(folder) {
  const params = generated('effects.json').effects.find((e) => e.id === 'denoise').params;
  const choices = (id) => params.find((p) => p.id === id).choices;
  const args = (method, tracker) => ['--preset', 'steady-noise', `--denoise.method=${method}`, `--denoise.tracker=${tracker}`];
  const rows = [];
  for (const [m, method] of choices('method').entries()) {
    const cells = [];
    for (const [t] of choices('tracker').entries()) {
      const scores = await cleanAndScore(folder, `denoise-${m}-${t}`, args(m, t), ['--metrics', 'pesq_wb,stoi,si_sdr']);
      cells.push(Object.entries({ pesq_wb: 3, stoi: 3, si_sdr: 2 }).map(([id, digits]) => shown(scores.at(-1)[id], digits)).join(' / '));
    }
    rows.push([method, ...cells]);
  }
  return tableOf(['method', ...choices('tracker')], rows);
}

const checked = '## Self-made signals';

try {
  const own = await selfMade();
  if (options.check) {
    const stored = existsSync(page) ? readFileSync(page, 'utf8') : '';
    if (!stored.slice(stored.indexOf(checked)).includes(own)) {
      console.error(`docs/quality.md is stale: run \`npm run quality -- DATA\`. The self-made signals score now:\n${own}`);
      process.exitCode = 1;
    }
  } else {
    const [data] = positionals;
    if (!data || !['mix_dev.py', 'dev_scores.csv'].every((f) => existsSync(join(data, f)))) {
      console.error('usage: npm run quality -- FOLDER, where FOLDER holds mix_dev.py and dev_scores.csv (needs python3-numpy, python3-scipy, python3-soundfile)');
      process.exit(1);
    }
    const { parts, agreements } = await tables(data);
    const families = [];
    for (const set of ['voice48', 'voice16']) families.push(`### ${set}\n\n${await family(join(dev, set))}`);
    const python3 = async (script, ...args) => (await run(python(), [join(root, 'tests/bench', script), ...args])).stdout.trim();
    const [presets, repairs, drums, microphones, activity, facts] = await Promise.all([
      python3('presets.py', rinse, data),
      python3('repairs.py', rinse, data),
      python3('drums.py', rinse, data, dev),
      python3('microphones.py', rinse, data),
      python3('voice_activity.py', data),
      python3('voice_facts.py', rinse, data, dev),
    ]);
    const text = `# Quality

Written by \`npm run quality -- DATA\`; don't edit. Means over the development mixtures, the best in the first column first. Rows in bold are Rinse, effects and
presets at their defaults; the others are the peers of \`dev_scores.csv\` on the same files. lsd_hf (log-spectral distance from 8 to 20 kHz, less is
better) and log_kurtosis_ratio (musical noise, 0 is none) are given for Rinse only: the peers' table has no such measure, or another definition of
it. What the measures mean: \`rinse score --help\`.

${parts.join('\n\n')}

## denoise: method and tracker

PESQ-WB / STOI / SI-SDR (dB), everything else at its default.

${families.join('\n\n')}

## What meeting-voice and voice-recording keep

On the clean files of voice48 and voice16, and on the music of the development split (tests/bench/voice_facts.py).

${facts}

## Presets

Each on a recording of the development split that it is for, alone or with damage put to it (tests/bench/presets.py).

${presets}

## Repairs

Damage planted in voices and music of the development split (tests/bench/repairs.py).

${repairs}

## Drums

The snare's microphone of drums44 (tests/bench/drums.py). The best gate has the threshold, hold and release, of 36, that suit each file best by its own clean reference.

\`\`\`
${drums}
\`\`\`

## Several microphones

Voices and noises of the development split in a simulated room (tests/bench/microphones.py).

\`\`\`
${microphones}
\`\`\`

## Voice detector

Frames of 10 ms, the voices of voice48 and voice16 with two seconds of pause before and behind and their noises at 10 dB; labels from the clean recordings
(tests/bench/voice_activity.py).

\`\`\`
${activity}
\`\`\`

## Agreement of \`rinse score\` with the reference implementations

Our scores of the unprocessed files less those in \`dev_scores.csv\`.

${agreements.join('\n\n')}

${checked}

Made in code (tests/signals.mjs); \`npm test\` measures them again and fails when this table is not what comes out.

${own}
`;
    mkdirSync(join(root, 'docs'), { recursive: true });
    writeFileSync(page, text);
    console.log(text);
  }
} finally {
  rmSync(work, { recursive: true });
}
