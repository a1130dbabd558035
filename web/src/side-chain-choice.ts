// Which file the gates of the recipe listen to instead of the sound itself: a trigger's track, a voice.
import { effectInfo, type Recipe } from 'rinse-audio';
import { field } from './chain-editor';
import { element, freshId } from './element';

export class SideChainChoice {
  private readonly input = element('input', { type: 'file', id: freshId('side-chain'), accept: 'audio/*,video/*,.mkv,.mka,.flac,.opus' });
  private readonly drop = element('button', { type: 'button', className: 'small', hidden: true, onclick: () => this.clear() }, 'None');
  readonly view = element('div', { className: 'learn', hidden: true }, field(this.input, 'The gate listens to another file'), this.drop);
  private listened = false;

  constructor(private readonly changed: () => void) {
    this.input.onchange = () => this.told();
  }

  /** Where an effect of the recipe listens to it. */
  get file(): File | undefined {
    return this.listened ? this.input.files?.[0] : undefined;
  }

  /** Shown only where an effect of the recipe would listen. */
  show(recipe: Recipe, readable: boolean): void {
    this.listened = recipe.chain.some((s) => effectInfo(s.effect).sideChain && !s.bypass);
    this.view.hidden = !readable || !this.listened;
  }

  private clear(): void {
    this.input.value = '';
    this.told();
    this.input.focus();
  }

  private told(): void {
    this.drop.hidden = !this.input.files?.length;
    this.changed();
  }
}
