// Which stretch of a file is noise alone: dragged on the waveform, typed, or proposed from what was measured; the recipe learns from it.
import { effectInfo, type Recipe, type Report } from 'rinse-audio';
import { field } from './chain-editor';
import { element, freshId } from './element';
import type { Stretch } from './waveform';

export class NoiseStretch {
  private readonly from = element('input', { type: 'number', id: freshId('from'), min: '0', step: '0.001' });
  private readonly to = element('input', { type: 'number', id: freshId('to'), min: '0', step: '0.001' });
  private readonly find = element('button', { type: 'button', className: 'small', disabled: true, onclick: () => this.propose() }, 'Find noise');
  private readonly learn: HTMLButtonElement;
  readonly view: HTMLElement;
  private proposed: Stretch | null = null;

  constructor(
    /** The user has said where: to be marked on the waveform. */
    private readonly chosen: (stretch: Stretch | null) => void,
    onlearn: () => void,
  ) {
    this.find.title = 'The quietest third of a second in which nobody speaks';
    this.learn = element('button', { type: 'button', onclick: onlearn }, 'Learn noise');
    this.view = element(
      'div',
      { className: 'learn', hidden: true },
      element('span', {}, 'Noise alone, drag over it above or say where:'),
      field(this.from, 'From (s)'),
      field(this.to, 'To (s)'),
      this.find,
      this.learn,
    );
    for (const edge of [this.from, this.to]) edge.onchange = () => (this.chosen(this.stretch), this.busy(false));
    this.busy(false);
  }

  get stretch(): Stretch | null {
    const [from, to] = [this.from.valueAsNumber, this.to.valueAsNumber];
    return to > from ? { from, to } : null;
  }

  /** Marked on the waveform. */
  set(stretch: Stretch | null): void {
    this.from.value = stretch ? stretch.from.toFixed(3) : '';
    this.to.value = stretch ? stretch.to.toFixed(3) : '';
    this.busy(false);
  }

  measured(report: Report): void {
    const of = (id: string) => report.measured.find((m) => m.id === id)?.value;
    const [from, to] = [of('noise_from_s'), of('noise_to_s')];
    this.proposed = typeof from === 'number' && typeof to === 'number' ? { from, to } : null;
    this.find.disabled = !this.proposed;
    if (!this.proposed) this.find.title = 'No third of a second without a voice was found';
  }

  busy(on: boolean): void {
    this.learn.disabled = on || !this.stretch;
  }

  /** Shown only where the recipe can learn from it. */
  show(recipe: Recipe, playable: boolean): void {
    this.view.hidden = !playable || !recipe.chain.some((s) => effectInfo(s.effect).learns === 'stretch');
  }

  private propose(): void {
    this.set(this.proposed);
    this.chosen(this.proposed);
  }
}
