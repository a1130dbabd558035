// Measures files: decoded samples, the lag between two, the SNR against a clean reference, fingerprints of video packets.
import { execFileSync } from 'node:child_process';

/** First channel at 48 kHz, decoded by ffmpeg: an independent witness. */
export function samples(path: string): Float32Array {
  const raw = execFileSync('ffmpeg', ['-loglevel', 'error', '-i', path, '-f', 'f32le', '-af', 'aresample=48000,pan=mono|c0=c0', '-'], { maxBuffer: 1 << 30 });
  return new Float32Array(raw.buffer, raw.byteOffset, raw.byteLength >> 2);
}

/** Samples by which `y` lags `x`, searched within ±most. */
export function lag(x: Float32Array, y: Float32Array, most = 3000): number {
  let best = -Infinity;
  let at = 0;
  const n = Math.min(x.length, y.length) - most;
  for (let l = -most; l <= most; l++) {
    let dot = 0;
    for (let i = most; i < n; i += 5) dot += x[i]! * y[i + l]!;
    if (dot > best) (best = dot), (at = l);
  }
  return at;
}

/** SI-SDR in dB. */
export function siSdr(reference: Float32Array, estimate: Float32Array): number {
  const n = Math.min(reference.length, estimate.length);
  let rr = 0;
  let re = 0;
  let ee = 0;
  for (let i = 0; i < n; i++) (rr += reference[i]! ** 2), (re += reference[i]! * estimate[i]!), (ee += estimate[i]! ** 2);
  const target = (re * re) / rr;
  return 10 * Math.log10(target / (ee - target));
}

export const videoFingerprint = (path: string) =>
  execFileSync('ffmpeg', ['-loglevel', 'error', '-i', path, '-map', '0:v', '-c', 'copy', '-f', 'framehash', '-'], { encoding: 'utf8' })
    .split('\n')
    .filter((l) => l && !l.startsWith('#'))
    .map((l) => l.split(',').slice(4).join().trim())
    .join('\n');
