// Samples through the engine without its latency: as many come out as went in, lined up to the sample. No signal processing here.
import { Engine } from './engine.js';

const blockFrames = 4096;

export class Streamer {
  private skip: number;
  private owed = 0;

  /** `emit` gets the engine's own buffers and the frames [from, from + count) of them; it must copy. */
  constructor(
    private readonly engine: Engine,
    private readonly emit: (channels: Float32Array[], from: number, count: number) => void,
  ) {
    this.skip = engine.latency;
  }

  static engineSpec(sampleRate: number, channels: number, sideChain = false) {
    return { sampleRate, channels, maxFrames: blockFrames, sideChain };
  }

  /** With a side-chain, that as the last one. */
  push(channels: Float32Array[]): void {
    const total = channels[0]!.length;
    for (let at = 0; at < total; at += blockFrames) {
      const count = Math.min(blockFrames, total - at);
      channels.forEach((c, i) => this.engine.channels[i]!.set(c.subarray(at, at + count)));
      this.owed += count;
      this.run(count);
    }
  }

  /** Brings out what the latency still holds. */
  finish(): void {
    while (this.owed > 0) {
      for (const c of this.engine.channels) c.fill(0);
      this.run(blockFrames);
    }
  }

  private run(frames: number): void {
    this.engine.process(frames);
    const drop = Math.min(this.skip, frames);
    this.skip -= drop;
    const count = Math.min(frames - drop, this.owed);
    this.owed -= count;
    if (count > 0) this.emit(this.engine.channels, drop, count);
  }
}
