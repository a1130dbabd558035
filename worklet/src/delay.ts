// A plain delay of all channels, for where the engine stands still and time must not jump.

export class Delay {
  private readonly lines: Float32Array[];
  private at = 0;

  /** `frames` of delay, 0 or more; silent until they have passed. */
  constructor(channels: number, frames: number) {
    this.lines = Array.from({ length: channels }, () => new Float32Array(frames));
  }

  /** Puts one sample of each channel in and takes what came `frames` earlier out, in place: [channels][count], from `from` on. */
  process(channels: Float32Array[], from: number, count: number): void {
    const length = this.lines[0]!.length;
    if (length === 0) return;
    for (let c = 0; c < channels.length; c++) {
      const line = this.lines[c]!;
      const x = channels[c]!;
      for (let i = 0, at = this.at; i < count; i++, at = at + 1 === length ? 0 : at + 1) {
        const late = line[at]!;
        line[at] = x[from + i]!;
        x[from + i] = late;
      }
    }
    this.at = (this.at + count) % length;
  }
}
