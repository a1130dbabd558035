// The recipe that the user sets: preset, strength, the chain of effects; steps back, and a file to keep it in.
import { checkRecipe, defaultFilePreset, defaultPreset, isLive, reasonOf, presets, strengthOf, withStrength, type Recipe } from 'rinse-audio';
import { ChainEditor, field } from './chain-editor';
import { element, freshId } from './element';

const oneChangeMs = 600; // what follows so soon is the same movement of a slider

export class Settings {
  readonly view = element('div', { className: 'settings' });
  recipe: Recipe;
  private readonly preset = element('select', { id: freshId('preset') });
  private readonly own = element('option', { value: '', hidden: true }, 'Own chain');
  private readonly strength = element('input', { id: freshId('strength'), type: 'range', min: '0', max: '100', step: '1' });
  private readonly strengthText = element('output');
  private readonly editor: ChainEditor;
  private readonly undoButton = element('button', { type: 'button', disabled: true, onclick: () => this.travel(this.past, this.future) }, 'Undo');
  private readonly redoButton = element('button', { type: 'button', disabled: true, onclick: () => this.travel(this.future, this.past) }, 'Redo');
  private past: Recipe[] = [];
  private future: Recipe[] = [];
  private lastChange = 0;

  /** `changed` hears every change; `replaced` is true when the chain itself is another. */
  constructor(
    private readonly changed: (recipe: Recipe, replaced: boolean) => void,
    /** Only what keeps up with a microphone. */
    private readonly live = false,
  ) {
    const first = live ? defaultPreset : defaultFilePreset;
    this.recipe = structuredClone(presets[first]!);
    const fitting = Object.entries(presets).filter(([, preset]) => !live || isLive(preset));
    for (const [id, preset] of fitting) this.preset.append(element('option', { value: id }, preset.label ?? id));
    this.preset.append(this.own);
    this.preset.onchange = () => this.choose(this.preset.value);
    this.strength.oninput = () => {
      this.take(withStrength(this.recipe, Number(this.strength.value) / 100), false);
      this.editor.show(this.recipe);
    };
    this.editor = new ChainEditor((recipe, replaced) => {
      if (replaced) this.showOwn();
      this.take(recipe, replaced);
    }, live);
    this.view.append(
      field(this.preset, 'Preset'),
      field(this.strength, 'Strength', this.strengthText),
      element('details', { className: 'more' }, element('summary', {}, 'More settings'), element('div', { className: 'learn' }, this.undoButton, this.redoButton), this.editor.view, this.exchange()),
    );
    this.preset.value = first;
    this.showAll();
  }

  /** Takes over a preset, by id. */
  choose(preset: string): void {
    this.preset.value = preset;
    this.take(structuredClone(presets[preset]!), true);
    this.showAll();
  }

  /** Takes over a recipe of the user's own, or one in which something was learned. */
  replace(recipe: Recipe): void {
    const shape = (r: Recipe) => JSON.stringify(r.chain.map((s) => s.effect));
    if (shape(recipe) !== shape(this.recipe)) this.showOwn();
    this.take(structuredClone(recipe), true);
    this.showAll();
  }

  private take(recipe: Recipe, replaced: boolean): void {
    const now = performance.now();
    if (replaced || now - this.lastChange > oneChangeMs) this.past.push(structuredClone(this.recipe));
    this.lastChange = now;
    this.future = [];
    this.use(recipe, replaced);
  }

  /** One step back, or forth again. */
  private travel(from: Recipe[], to: Recipe[]): void {
    const recipe = from.pop();
    if (!recipe) return;
    to.push(structuredClone(this.recipe));
    this.lastChange = 0;
    this.use(recipe, true);
    this.showAll();
  }

  private use(recipe: Recipe, replaced: boolean): void {
    this.recipe = structuredClone(recipe);
    this.undoButton.disabled = this.past.length === 0;
    this.redoButton.disabled = this.future.length === 0;
    this.showStrength();
    this.changed(this.recipe, replaced);
  }

  private showOwn(): void {
    this.own.hidden = false;
    this.preset.value = '';
  }

  /** The recipe as a file, to keep and to bring back. */
  private exchange(): HTMLElement {
    const file = element('input', { type: 'file', id: freshId('recipe'), accept: '.json,application/json' });
    const trouble = element('div', { role: 'status' });
    file.onchange = async () => {
      const chosen = file.files?.[0];
      if (!chosen) return;
      try {
        const recipe = checkRecipe(JSON.parse(await chosen.text()) as Recipe);
        if (this.live && !isLive(recipe)) throw new Error('it has an effect that works on files only');
        this.replace(recipe);
        trouble.replaceChildren(element('p', { className: 'note' }, `${chosen.name} is in use.`));
      } catch (e) {
        trouble.replaceChildren(element('p', { className: 'error', role: 'alert' }, `${chosen.name} is no recipe: ${reasonOf(e)}. The settings are as they were.`));
      }
      file.value = ''; // the same file may be chosen again
    };
    const save = () => {
      const url = URL.createObjectURL(new Blob([JSON.stringify(this.recipe, null, 2)], { type: 'application/json' }));
      element('a', { href: url, download: 'rinse-recipe.json' }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    };
    return element('div', { className: 'learn' }, element('button', { type: 'button', onclick: save }, 'Save recipe'), field(file, 'Load recipe'), trouble);
  }

  private showAll(): void {
    this.showStrength();
    this.editor.show(this.recipe);
  }

  private showStrength(): void {
    const percent = Math.round(100 * Math.min(1, Math.max(0, strengthOf(this.recipe))));
    this.strength.value = String(percent);
    this.strengthText.textContent = `${percent} %`;
    this.strength.setAttribute('aria-valuetext', `${percent} %`);
  }
}
