// Samples of a file from anywhere in it, decoded when asked for: for players and waveforms of files that are too long for memory.
import { startWorker, type Assets } from './assets.js';
import { RinseError } from './errors.js';
import type { FileInfo, FromWorker, ToWorker } from './messages.js';

export interface PcmReader {
  readonly info: FileInfo;
  /** `count` samples of each channel from sample `from` on; silence behind the end. One read at a time follows another. */
  read(from: number, count: number): Promise<Float32Array<ArrayBuffer>[]>;
  close(): void;
}

export function openReader(file: Blob, options: { assets?: Assets } = {}): Promise<PcmReader> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(options.assets);
    const waiting = new Map<number, { resolve(channels: Float32Array<ArrayBuffer>[]): void; reject(reason: unknown): void }>();
    let nextId = 1;
    const fail = (error: RinseError) => {
      worker.terminate();
      reject(error); // without effect once it was opened
      for (const { reject: refuse } of waiting.values()) refuse(error);
      waiting.clear();
    };
    worker.onerror = (e) => fail(new RinseError('no-worker', `the worker could not be started or failed: ${e.message}`));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'failed') return fail(new RinseError(data.code, data.message));
      if (data.type === 'samples') {
        waiting.get(data.id)?.resolve(data.channels);
        waiting.delete(data.id);
      }
      if (data.type !== 'info') return;
      resolve({
        info: data.info,
        read: (from, count) =>
          new Promise((resolveRead, rejectRead) => {
            const id = nextId++;
            waiting.set(id, { resolve: resolveRead, reject: rejectRead });
            worker.postMessage({ type: 'read', id, from, count } satisfies ToWorker);
          }),
        close: () => fail(new RinseError('no-worker', 'the reader was closed')),
      });
    };
    worker.postMessage({ type: 'openReader', file } satisfies ToWorker);
  });
}
