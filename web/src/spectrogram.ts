// A few seconds of a file as a spectrogram, on which a rectangle can be dragged: what is to be repaired. WaveSurfer's plugin draws.
import type { PlanarAudio } from 'rinse-audio';
import WaveSurfer from 'wavesurfer.js';
import { element } from './element';

declare const __STYLE_NONCE__: string;

/** Seconds and Hz. */
export interface Rectangle {
  from: number;
  to: number;
  low: number;
  high: number;
}

const height = 220; // CSS pixels
const highestHz = 16000;
const window = 2048; // samples, as the repair's own at 48 kHz

export class Spectrogram {
  private readonly picture = element('div', { 'aria-hidden': 'true' });
  private readonly frame = element('div', { className: 'rectangle', hidden: true });
  private readonly stage = element('div', { className: 'stage' }, this.picture, this.frame);
  private readonly caption = element('figcaption');
  readonly view = element('figure', { className: 'spectrogram', hidden: true }, this.caption, this.stage);
  private surfer: WaveSurfer | null = null;
  private shown = { from: 0, seconds: 1, topHz: highestHz };
  private start: { x: number; y: number } | null = null;

  constructor(private readonly chosen: (rectangle: Rectangle) => void) {
    this.stage.onpointerdown = (e) => {
      this.stage.setPointerCapture(e.pointerId);
      this.start = this.at(e);
      e.preventDefault();
    };
    this.stage.onpointermove = (e) => this.start && this.draw(this.start, this.at(e));
    this.stage.onpointerup = (e) => {
      if (!this.start) return;
      const [a, b] = [this.start, this.at(e)];
      this.start = null;
      if (Math.abs(a.x - b.x) > 0.005 && Math.abs(a.y - b.y) > 0.01) this.choose(a, b);
    };
    this.stage.onpointercancel = () => (this.start = null);
  }

  /** Draws audio that begins `from` seconds into the file. */
  async show({ sampleRate, channels }: PlanarAudio, from: number): Promise<void> {
    const { default: Plugin } = await import('wavesurfer.js/dist/plugins/spectrogram.esm.js'); // large, and seldom needed
    this.hide();
    const seconds = channels[0]!.length / sampleRate;
    this.shown = { from, seconds, topHz: Math.min(highestHz, sampleRate / 2) };
    this.view.hidden = false; // it must have a width to be drawn
    this.caption.textContent = `${from.toFixed(2)} to ${(from + seconds).toFixed(2)} s, up to ${this.shown.topHz / 1000} kHz: drag over what is to be repaired`;
    this.surfer = WaveSurfer.create({ container: this.picture, height: 0, cursorWidth: 0, interact: false, hideScrollbar: true, sampleRate, cspNonce: __STYLE_NONCE__ });
    this.surfer.registerPlugin(
      Plugin.create({ container: this.picture, height, fftSamples: window, scale: 'linear', frequencyMin: 0, frequencyMax: this.shown.topHz, colorMap: 'igray', autoGain: true, rangeDB: 70 }),
    );
    await this.surfer.load('', channels.slice(0, 1), seconds);
  }

  hide(): void {
    this.surfer?.destroy();
    this.surfer = null;
    this.picture.replaceChildren();
    this.view.hidden = this.frame.hidden = true;
  }

  /** Fractions of the picture. */
  private at(e: PointerEvent): { x: number; y: number } {
    const box = this.stage.getBoundingClientRect();
    const within = (v: number) => Math.min(1, Math.max(0, v));
    return { x: within((e.clientX - box.left) / box.width), y: within((e.clientY - box.top) / height) };
  }

  private draw(a: { x: number; y: number }, b: { x: number; y: number }): void {
    const percent = (v: number) => `${100 * v}%`;
    const { style } = this.frame;
    style.left = percent(Math.min(a.x, b.x));
    style.width = percent(Math.abs(a.x - b.x));
    style.top = `${Math.min(a.y, b.y) * height}px`;
    style.height = `${Math.abs(a.y - b.y) * height}px`;
    this.frame.hidden = false;
  }

  private choose(a: { x: number; y: number }, b: { x: number; y: number }): void {
    const { from, seconds, topHz } = this.shown;
    this.draw(a, b);
    this.chosen({
      from: from + Math.min(a.x, b.x) * seconds,
      to: from + Math.max(a.x, b.x) * seconds,
      low: (1 - Math.max(a.y, b.y)) * topHz,
      high: (1 - Math.min(a.y, b.y)) * topHz,
    });
  }
}
