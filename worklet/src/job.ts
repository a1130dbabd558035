// One job in a worker of its own: start, hear progress, get the result, or end it at any time without traces.
import { startWorker, type Assets } from './assets.js';
import { RinseError } from './errors.js';
import type { FromWorker, ToWorker } from './messages.js';

export interface JobOptions {
  /** Ends the job; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** `done` of `total` seconds of audio. */
  onProgress?: (done: number, total: number) => void;
  assets?: Assets;
}

type Result = Extract<FromWorker, { type: 'buffer' | 'learned' | 'file' | 'info' | 'report' | 'scores' }>;

/** Runs the job and resolves with its last message. */
export function runJob(
  job: ToWorker,
  transfer: Transferable[],
  { signal, onProgress, assets }: JobOptions,
  onPeaks?: (first: number, peaks: Float32Array) => void,
): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const worker = startWorker(assets);
    const end = (settle: () => void) => {
      worker.terminate();
      signal?.removeEventListener('abort', abort);
      settle();
    };
    const abort = () => end(() => reject(signal!.reason));
    signal?.addEventListener('abort', abort);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      switch (data.type) {
        case 'progress':
          return onProgress?.(data.done, data.total);
        case 'peaks':
          return onPeaks?.(data.first, data.peaks);
        case 'failed':
          return end(() => reject(new RinseError(data.code, data.message)));
        case 'buffer':
        case 'learned':
        case 'file':
        case 'info':
        case 'report':
        case 'scores':
          return end(() => resolve(data));
        case 'samples':
          return; // of a reader (reader.ts), never of a job
        default:
          data satisfies never;
      }
    };
    worker.onerror = (e) =>
      end(() => reject(new RinseError('no-worker', `the worker could not be started or failed: ${e.message || 'the browser does not say why'}`)));
    worker.onmessageerror = () => end(() => reject(new RinseError('no-worker', 'a message of the worker could not be read')));
    worker.postMessage(job, transfer);
  });
}
