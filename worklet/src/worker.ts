// The worker: one job, then its end. Bundled into rinse-worker.js; the file jobs are loaded when one arrives.
import { Engine, instantiate } from './engine.js';
import { RinseError, reasonOf } from './errors.js';
import type { FromWorker, ToWorker } from './messages.js';
import { learnWhole } from './learn-whole.js';
import { effectInfo } from './recipe.js';
import { beside, SideChain } from './side-chain.js';
import { Streamer } from './streamer.js';

const post = (message: FromWorker, transfer: Transferable[] = []) => postMessage(message, { transfer });

function* cut(channels: Float32Array[], frames: number) {
  for (let from = 0; from < channels[0]!.length; from += frames) yield channels.map((c) => c.slice(from, from + frames));
}

async function cleanBuffer(job: Extract<ToWorker, { type: 'cleanBuffer' }>): Promise<void> {
  const { sampleRate, channels, sideChain } = job;
  const frames = channels[0]!.length;
  const pieces = () => cut(channels, sampleRate); // a second at a time between reports
  const all = () => (sideChain ? beside(pieces(), new SideChain(job.core, [sideChain.channels], sideChain.sampleRate, sampleRate)) : pieces());
  const recipe = await learnWhole(job.core, job.recipe, { sampleRate, channels: channels.length, sideChain: !!sideChain }, all);
  const engine = new Engine(instantiate(job.core), recipe, Streamer.engineSpec(sampleRate, channels.length, !!sideChain));
  let at = 0;
  const streamer = new Streamer(engine, (cleaned, from, count) => {
    channels.forEach((to, c) => to.set(cleaned[c]!.subarray(from, from + count), at)); // lags the input: never ahead of it
    at += count;
  });
  let done = 0;
  for await (const piece of all()) {
    streamer.push(piece);
    post({ type: 'progress', done: (done += piece[0]!.length) / sampleRate, total: frames / sampleRate });
  }
  streamer.finish();
  post({ type: 'buffer', channels }, channels.map((c) => c.buffer));
}

/** Every step that can learns from the same sound, each from what the steps before it leave. */
function learn(job: Extract<ToWorker, { type: 'learn' }>): void {
  const { sampleRate, channels, recipe } = job;
  const engine = new Engine(instantiate(job.core), recipe, Streamer.engineSpec(sampleRate, channels.length));
  const learners = recipe.chain.map((step) => effectInfo(step.effect).learns === 'stretch');
  learners.forEach((learns, i) => learns && engine.startLearning(i));
  const streamer = new Streamer(engine, () => undefined);
  streamer.push(channels);
  post({ type: 'learned', steps: learners.map((learns, i) => (learns ? engine.finishLearning(i) : null)) });
}

let reader: Promise<(request: Extract<ToWorker, { type: 'read' }>) => Promise<void>> | undefined;

async function run(job: ToWorker): Promise<void> {
  switch (job.type) {
    case 'cleanBuffer':
      return cleanBuffer(job);
    case 'learn':
      return learn(job);
    case 'cleanFile':
      return (await import('./clean-file.js')).cleanFile(job, post);
    case 'readPeaks':
      return (await import('./read-file.js')).readPeaks(job, post);
    case 'inspect':
      return (await import('./measure-file.js')).inspect(job, post);
    case 'score':
      return (await import('./measure-file.js')).score(job, post);
    case 'openReader':
      reader = (await import('./read-file.js')).openReader(job, post);
      return void (await reader);
    case 'read':
      return (await reader)?.(job);
    default:
      job satisfies never;
  }
}

onmessage = ({ data }: MessageEvent<ToWorker>) => {
  run(data).catch((e: unknown) => {
    const code = e instanceof RinseError ? e.code : e instanceof WebAssembly.RuntimeError ? 'trapped' : 'undecodable';
    post({ type: 'failed', code, message: reasonOf(e) });
  });
};
