// The jobs that read a file and leave it as it is, in a worker: its waveform, and samples from here and there.
import { infoOf, progressTo, type Report } from './file-report.js';
import type { ToWorker } from './messages.js';
import { openPcm, readPcm } from './pcm.js';
import { PeakMeter } from './peaks.js';

/** Reads the file once for its waveform. */
export async function readPeaks(job: Extract<ToWorker, { type: 'readPeaks' }>, report: Report): Promise<void> {
  const pcm = await openPcm(job.file);
  const meter = new PeakMeter(pcm.sampleRate, (first, peaks) => report({ type: 'peaks', first, peaks }));
  const progress = progressTo(report);
  let frames = 0;
  for await (const piece of readPcm(pcm)) {
    meter.add(piece, 0, piece[0]!.length);
    frames += piece[0]!.length;
    if (progress(frames / pcm.sampleRate, pcm.expectedFrames / pcm.sampleRate)) meter.flush();
  }
  meter.flush(true);
  pcm.exactFrames = frames;
  report({ type: 'info', info: infoOf(pcm, pcm.video ? 'same-video' : 'wav-24', 0) });
}

/** Opens a file for reading here and there; reads that follow each other go on with the same decoder. */
export async function openReader(job: Extract<ToWorker, { type: 'openReader' }>, report: Report) {
  const pcm = await openPcm(job.file);
  let pieces = readPcm(pcm);
  let next = 0; // the sample that `rest` or the next piece begins with
  let rest: Float32Array<ArrayBuffer>[] = [];
  report({ type: 'info', info: infoOf(pcm, 'wav-24', 0) });
  const read = async ({ id, from, count }: Extract<ToWorker, { type: 'read' }>): Promise<void> => {
    if (from !== next) {
      await pieces.return();
      pieces = readPcm(pcm, from);
      rest = [];
      next = from;
    }
    const channels = Array.from({ length: pcm.channels }, () => new Float32Array(count)); // silence behind the end
    for (let filled = 0; filled < count; ) {
      if (!rest[0]?.length) {
        const piece = await pieces.next();
        if (piece.done) break;
        rest = piece.value;
      }
      const part = Math.min(rest[0]!.length, count - filled);
      rest.forEach((x, c) => channels[c]!.set(x.subarray(0, part), filled));
      rest = rest.map((x) => x.subarray(part));
      filled += part;
    }
    next = from + count;
    report({ type: 'samples', id, channels }, channels.map((c) => c.buffer));
  };
  // One after the other: they share the decoder.
  let last = Promise.resolve();
  return (request: Extract<ToWorker, { type: 'read' }>) => (last = last.then(() => read(request)));
}
