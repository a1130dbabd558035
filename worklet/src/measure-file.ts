// The measuring jobs, in a worker. Loaded only when something is measured.
import type { PlanarAudio } from './buffer.js';
import { RinseError } from './errors.js';
import { progressTo, type Report } from './file-report.js';
import type { Sound, ToWorker } from './messages.js';
import { Metrics } from './metrics.js';
import { openPcm, readPcm } from './pcm.js';

type Progress = (done: number, total: number) => void;

const mostScored = 120e6; // samples of all channels of all recordings: they and what is made of them must fit in 2 GB

export async function inspect(job: Extract<ToWorker, { type: 'inspect' }>, report: Report): Promise<void> {
  const metrics = new Metrics(job.module);
  const progress = progressTo(report);
  if (!(job.sound instanceof Blob)) {
    const inspector = metrics.inspector(job.sound.sampleRate, job.sound.channels.length);
    inspector.add(job.sound.channels);
    return report({ type: 'report', report: inspector.result() });
  }
  const pcm = await openPcm(job.sound);
  try {
    const inspector = metrics.inspector(pcm.sampleRate, pcm.channels);
    let done = 0;
    for await (const piece of readPcm(pcm)) {
      inspector.add(piece);
      done += piece[0]!.length / pcm.sampleRate;
      progress(done, pcm.expectedFrames / pcm.sampleRate);
    }
    if (done === 0) throw new RinseError('bad-audio', 'the sound has no samples');
    report({ type: 'report', report: inspector.result() });
  } finally {
    pcm.input.dispose();
  }
}

/** The whole sound as planar samples. */
async function readAll(sound: Sound, progress: Progress): Promise<PlanarAudio> {
  if (!(sound instanceof Blob)) return sound;
  const pcm = await openPcm(sound);
  try {
    const most = Math.floor(mostScored / 3 / pcm.channels); // as many recordings as there may be
    const tooLong = () => new RinseError('bad-audio', `recordings like this of up to ${Math.floor(most / pcm.sampleRate / 60)} minutes can be scored in a browser; rinse score takes longer ones`);
    if (pcm.expectedFrames > most) throw tooLong();
    const pieces: Float32Array[][] = [];
    let frames = 0;
    for await (const piece of readPcm(pcm)) {
      pieces.push(piece.map((c) => c.slice()));
      frames += piece[0]!.length;
      if (frames > most) throw tooLong();
      progress(frames / pcm.sampleRate, pcm.expectedFrames / pcm.sampleRate);
    }
    const channels = Array.from({ length: pcm.channels }, (_, c) => {
      const whole = new Float32Array(frames);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece[c]!, at);
        at += piece[c]!.length;
      }
      return whole;
    });
    return { sampleRate: pcm.sampleRate, channels };
  } finally {
    pcm.input.dispose();
  }
}

export async function score(job: Extract<ToWorker, { type: 'score' }>, report: Report): Promise<void> {
  const progress = progressTo(report);
  const reference = await readAll(job.reference, progress);
  const estimate = await readAll(job.estimate, progress);
  const noisy = job.noisy && (await readAll(job.noisy, progress));
  const metrics = new Metrics(job.module);
  report({ type: 'scores', scores: metrics.score(reference, estimate, noisy), metrics: metrics.list });
}
