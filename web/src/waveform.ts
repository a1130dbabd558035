// The waveform of a file, before or after: WaveSurfer over peaks that were measured in the worker. It draws; the player plays.
import WaveSurfer from 'wavesurfer.js';
import { element } from './element';

declare const __STYLE_NONCE__: string;

const peaksPerSecond = 100;

export class Waveform {
  readonly view: HTMLElement;
  private readonly surfer: WaveSurfer;
  private readonly stage = element('div', { className: 'stage' });
  private peaks = new Float32Array(0);

  constructor(caption: string, kind: 'before' | 'after', seek: (seconds: number) => void) {
    this.view = element('figure', { className: `waveform ${kind}`, 'aria-hidden': 'true' }, element('figcaption', {}, caption), this.stage);
    const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    this.surfer = WaveSurfer.create({
      container: this.stage,
      height: 72,
      waveColor: color(kind === 'before' ? '--wave-before' : '--wave-after'),
      progressColor: color(kind === 'before' ? '--wave-before-played' : '--wave-after-played'),
      cursorColor: color('--text'),
      cursorWidth: 1,
      hideScrollbar: true,
      cspNonce: __STYLE_NONCE__,
    });
    this.surfer.on('interaction', seek);
  }

  /** Makes room for the whole file. */
  begin(seconds: number): void {
    this.peaks = new Float32Array(Math.max(1, Math.ceil(seconds * peaksPerSecond)));
  }

  add(first: number, peaks: Float32Array): void {
    if (first + peaks.length > this.peaks.length) {
      const longer = new Float32Array(first + peaks.length);
      longer.set(this.peaks);
      this.peaks = longer;
    }
    this.peaks.set(peaks, first);
  }

  get largest(): number {
    return this.peaks.reduce((a, b) => Math.max(a, b), 0);
  }

  /** Draws what is known; `fullScale` is the magnitude that reaches the edge. */
  draw(seconds: number, fullScale: number): void {
    void this.surfer.load('', [this.peaks], seconds).catch(() => undefined);
    this.surfer.setOptions({ barHeight: 1 / Math.max(fullScale, 1e-4) });
  }

  position(seconds: number): void {
    if (this.surfer.getDuration() > 0) this.surfer.setTime(seconds);
  }

  destroy(): void {
    this.surfer.destroy();
  }
}
