// The waveform of a file, before or after: WaveSurfer over peaks that were measured in the worker. It draws; the player plays.
import WaveSurfer from 'wavesurfer.js';
import RegionsPlugin, { type Region } from 'wavesurfer.js/dist/plugins/regions.esm.js';
import { element } from './element';

declare const __STYLE_NONCE__: string;

const peaksPerSecond = 100;

/** Seconds. */
export interface Stretch {
  from: number;
  to: number;
}

export class Waveform {
  readonly view: HTMLElement;
  private readonly surfer: WaveSurfer;
  private readonly stage = element('div', { className: 'stage' });
  private readonly regions: ReturnType<typeof RegionsPlugin.create> | null = null;
  private at = 0; // seconds
  private peaks = new Float32Array(0);

  /** With `select`, a stretch can be marked by dragging; it hears of it, and of its end. */
  constructor(caption: string, kind: 'before' | 'after', seek: (seconds: number) => void, select?: (stretch: Stretch | null) => void) {
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
    if (!select) return;
    const regions = (this.regions = this.surfer.registerPlugin(RegionsPlugin.create()));
    regions.enableDragSelection({ color: color('--selection') });
    regions.on('region-created', (made: Region) => {
      for (const r of regions.getRegions()) if (r !== made) r.remove();
    });
    const tell = (r: Region) => select({ from: r.start, to: r.end });
    regions.on('region-created', tell);
    regions.on('region-updated', tell);
    regions.on('region-removed', () => regions.getRegions().length === 0 && select(null));
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
    void this.surfer.load('', [this.peaks], seconds).then(() => this.position(this.at)).catch(() => undefined);
    this.surfer.setOptions({ barHeight: 1 / Math.max(fullScale, 1e-4) });
  }

  position(seconds: number): void {
    this.at = seconds;
    if (this.surfer.getDuration() > 0) this.surfer.setTime(seconds);
  }

  /** Marks a stretch, or none. */
  mark(stretch: Stretch | null): void {
    this.regions?.clearRegions();
    if (stretch) this.regions?.addRegion({ start: stretch.from, end: stretch.to, color: getComputedStyle(document.documentElement).getPropertyValue('--selection').trim() });
  }

  destroy(): void {
    this.surfer.destroy();
  }
}
