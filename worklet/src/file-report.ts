// What a file's job tells of it: how far it is, and what the file is.
import type { FileFormat } from './formats.js';
import type { FileInfo, FromWorker } from './messages.js';
import type { PcmFile } from './pcm.js';

export type Report = (message: FromWorker, transfer?: Transferable[]) => void;

/** Takes seconds of sound and reports them at most ten times a second; true when it did. */
export function progressTo(report: Report) {
  let last = 0;
  return (done: number, total: number): boolean => {
    if (performance.now() - last < 100) return false;
    last = performance.now();
    report({ type: 'progress', done, total: Math.max(done, total) });
    return true;
  };
}

export function infoOf(pcm: PcmFile, format: FileFormat, badSamples: number): FileInfo {
  const warnings = [...new Set(pcm.warnings)]; // it may have been read twice
  if (badSamples > 0) warnings.push(`${badSamples} samples were no numbers or beyond all measure and were replaced.`);
  return { sampleRate: pcm.sampleRate, channels: pcm.channels, frames: pcm.exactFrames ?? pcm.expectedFrames, video: pcm.video, format, warnings };
}
