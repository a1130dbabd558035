// The waveform's peaks while the samples go by: the largest magnitude of any channel in each 10 ms.

export class PeakMeter {
  private readonly perPeak: number;
  private readonly found: number[] = [];
  private sent = 0;
  private filled = 0;
  private largest = 0;

  constructor(
    sampleRate: number,
    private readonly send: (first: number, peaks: Float32Array) => void,
  ) {
    this.perPeak = Math.round(sampleRate / 100);
  }

  add(channels: Float32Array[], from: number, count: number): void {
    for (let i = from; i < from + count; i++) {
      for (const c of channels) {
        const magnitude = Math.abs(c[i]!);
        if (magnitude > this.largest) this.largest = magnitude;
      }
      if (++this.filled === this.perPeak) this.close();
    }
  }

  private close(): void {
    this.found.push(this.largest);
    this.largest = this.filled = 0;
  }

  /** Sends what is new. */
  flush(end = false): void {
    if (end && this.filled > 0) this.close();
    if (this.found.length === 0) return;
    this.send(this.sent, Float32Array.from(this.found));
    this.sent += this.found.length;
    this.found.length = 0;
  }
}
