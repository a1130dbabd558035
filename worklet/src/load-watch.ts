// Says when processing takes more of its time than it may, for so long that it is no accident. Pure; the clock may be as coarse as a
// millisecond, as worklets have it: sums over a second are true.

const windowSeconds = 1;
const windowsInARow = 2;

export class LoadWatch {
  private busyMs = 0;
  private frames = 0;
  private over = 0;
  /** Of real time, in the last window. */
  share = 0;

  /** `limit`: share of real time, 0 … 1, above which it is too much. */
  constructor(
    private readonly sampleRate: number,
    private readonly limit: number,
  ) {}

  /** True when the last windows were all above the limit; then counts anew. */
  add(frames: number, ms: number): boolean {
    this.busyMs += ms;
    this.frames += frames;
    if (this.frames < windowSeconds * this.sampleRate) return false;
    this.share = this.busyMs / ((this.frames / this.sampleRate) * 1000);
    this.over = this.share > this.limit ? this.over + 1 : 0;
    this.busyMs = this.frames = 0;
    if (this.over < windowsInARow) return false;
    this.over = 0;
    return true;
  }
}
