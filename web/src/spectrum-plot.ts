// A picture of what the engine does at this moment: the spectrum that comes in, the noise that it sees, what goes out.
import { pictureHz, type Picture } from 'rinse-audio';
import { element } from './element';

const lowHz = 50;
const topHz = 20000;
const bottomDb = -140; // re full scale²/Hz
const topDb = -40;
const gridHz = [100, 1000, 10000];
const following = 0.5; // weight of a new picture

const kinds = [
  { id: 'input', label: 'Input', color: '--wave-before', dash: [] },
  { id: 'noise', label: 'Noise', color: '--warning', dash: [5, 4] },
  { id: 'output', label: 'Output', color: '--wave-after-played', dash: [] },
] as const;

export class SpectrumPlot {
  readonly view: HTMLElement;
  private readonly canvas = element('canvas', { width: 720, height: 180, 'aria-hidden': 'true' });
  private readonly legend = new Map<string, HTMLElement>();
  private shown: Picture = { input: [], output: [], noise: [] };

  constructor() {
    const list = element('div', { className: 'legend' });
    for (const { id, label } of kinds) {
      const entry = element('span', { className: `key ${id}` }, label);
      this.legend.set(id, entry);
      list.append(entry);
    }
    this.view = element('figure', { className: 'spectrum' }, element('figcaption', {}, 'Spectrum'), list, this.canvas);
  }

  /** Draws the next moment; null: nothing is running. */
  show(picture: Picture | null): void {
    const next: Picture = picture ?? { input: [], output: [], noise: [] };
    for (const { id } of kinds) {
      const before = this.shown[id];
      this.shown[id] = next[id].map((db, i) => (before.length ? before[i]! + following * (db - before[i]!) : db));
      this.legend.get(id)!.hidden = picture !== null && next[id].length === 0;
    }
    this.draw();
  }

  private draw(): void {
    const { width, height } = this.canvas;
    const pen = this.canvas.getContext('2d');
    if (!pen) return;
    const style = getComputedStyle(this.canvas);
    const x = (hz: number) => (width * Math.log(hz / lowHz)) / Math.log(topHz / lowHz);
    const y = (db: number) => (height * (topDb - Math.min(topDb, Math.max(bottomDb, db)))) / (topDb - bottomDb);
    pen.clearRect(0, 0, width, height);
    pen.lineWidth = 1;
    pen.strokeStyle = style.getPropertyValue('--line');
    pen.fillStyle = style.getPropertyValue('--muted');
    pen.font = '12px system-ui, sans-serif';
    for (const hz of gridHz) {
      pen.beginPath();
      pen.moveTo(x(hz), 0);
      pen.lineTo(x(hz), height);
      pen.stroke();
      pen.fillText(hz < 1000 ? `${hz} Hz` : `${hz / 1000} kHz`, x(hz) + 4, height - 5);
    }
    for (const { id, color, dash } of kinds) {
      pen.lineWidth = 2;
      pen.strokeStyle = style.getPropertyValue(color);
      pen.setLineDash([...dash]);
      pen.beginPath();
      this.shown[id].forEach((db, i) => {
        if (pictureHz[i]! >= lowHz && pictureHz[i]! <= topHz) pen.lineTo(x(pictureHz[i]!), y(db));
      });
      pen.stroke();
    }
    pen.setLineDash([]);
  }
}
