// A stretch of a file: dragged on the waveform, typed, or proposed from what was measured. The recipe learns from it (noise alone), or it
// is filled from its surroundings.
import { effectInfo, type Recipe, type Report } from 'rinse-audio';
import { field } from './chain-editor';
import { element, freshId } from './element';
import { hasRepair } from './stretch-repair';
import type { Stretch } from './waveform';

export class MarkedStretch {
  private readonly from = element('input', { type: 'number', id: freshId('from'), min: '0', step: '0.001' });
  private readonly to = element('input', { type: 'number', id: freshId('to'), min: '0', step: '0.001' });
  private readonly find = element('button', { type: 'button', className: 'small', disabled: true, onclick: () => this.propose() }, 'Find noise');
  private readonly learn: HTMLButtonElement;
  private readonly repair: HTMLButtonElement;
  private readonly look: HTMLButtonElement;
  private readonly purpose = element('span');
  readonly view: HTMLElement;
  private proposed: Stretch | null = null;

  constructor(
    /** The user has said where: to be marked on the waveform. */
    private readonly chosen: (stretch: Stretch | null) => void,
    onlearn: () => void,
    onrepair: () => void,
    /** Show its frequencies. */
    onlook: () => void,
  ) {
    this.find.title = 'The quietest third of a second in which nobody speaks';
    this.learn = element('button', { type: 'button', onclick: onlearn }, 'Learn noise');
    this.repair = element('button', { type: 'button', onclick: onrepair }, 'Repair this stretch');
    this.look = element('button', { type: 'button', onclick: onlook }, 'Choose frequencies');
    this.view = element(
      'div',
      { className: 'learn', hidden: true },
      this.purpose,
      field(this.from, 'From (s)'),
      field(this.to, 'To (s)'),
      this.find,
      this.learn,
      this.repair,
      this.look,
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
    this.learn.disabled = this.repair.disabled = this.look.disabled = on || !this.stretch;
  }

  /** Shown only where the recipe can do something with it. */
  show(recipe: Recipe, playable: boolean): void {
    const learns = recipe.chain.some((s) => effectInfo(s.effect).learns === 'stretch');
    const repairs = hasRepair(recipe);
    this.view.hidden = !playable || !(learns || repairs);
    this.find.hidden = this.learn.hidden = !learns;
    this.repair.hidden = this.look.hidden = !repairs;
    this.purpose.textContent = `${[learns && 'Noise alone', repairs && 'What is to be repaired'].filter(Boolean).join(', or: ')}: drag over it above or say where:`;
  }

  private propose(): void {
    this.set(this.proposed);
    this.chosen(this.proposed);
  }
}
