// A level meter: a bar from -60 dB to full scale, and the number.
import { element, freshId } from './element';
import { decibels } from './format';

const lowestDb = -60;

export class LevelMeter {
  readonly view: HTMLElement;
  private readonly bar = element('meter', { min: lowestDb, max: 0, value: lowestDb, low: -40, high: -3, optimum: -15 });
  private readonly text = element('span', { className: 'number' });

  constructor(label: string) {
    this.bar.id = freshId('meter');
    this.view = element('div', { className: 'level' }, element('label', { htmlFor: this.bar.id }, label), this.bar, this.text);
    this.show(-200);
  }

  show(db: number): void {
    this.bar.value = Math.max(lowestDb, db);
    this.text.textContent = decibels(db);
  }
}
