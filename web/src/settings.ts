// The recipe that the user sets: preset, strength and the controls of every effect, built from the Param table.
import { checkRecipe, defaultPreset, effectInfo, reasonOf, presets, strengthOf, withStrength, type ParamInfo, type Recipe, type RecipeStep } from 'rinse-audio';
import { element, freshId } from './element';

export class Settings {
  readonly view = element('div', { className: 'settings' });
  recipe: Recipe = structuredClone(presets[defaultPreset]!);
  private readonly preset = element('select', { id: freshId('preset') });
  private readonly strength = element('input', { id: freshId('strength'), type: 'range', min: '0', max: '100', step: '1' });
  private readonly strengthText = element('output');
  private readonly details = element('div', { className: 'details' });

  /** `changed` hears every change; `replaced` is true when the chain itself is another. */
  constructor(
    private readonly changed: (recipe: Recipe, replaced: boolean) => void,
    /** Only what keeps up with a microphone. */
    private readonly live = false,
  ) {
    const fitting = Object.entries(presets).filter(([, preset]) => !live || isLive(preset));
    for (const [id, preset] of fitting) this.preset.append(element('option', { value: id }, preset.label ?? id));
    this.preset.onchange = () => this.choose(this.preset.value);
    this.strength.oninput = () => {
      this.recipe = withStrength(this.recipe, Number(this.strength.value) / 100);
      this.showAll();
      this.changed(this.recipe, false);
    };
    this.view.append(
      field(this.preset, 'Preset'),
      field(this.strength, 'Strength', this.strengthText),
      element('details', { className: 'more' }, element('summary', {}, 'More settings'), this.details, this.exchange()),
    );
    this.showAll();
  }

  /** Takes over a preset, by id. */
  choose(preset: string): void {
    this.preset.value = preset;
    this.recipe = structuredClone(presets[preset]!);
    this.showAll();
    this.changed(this.recipe, true);
  }

  /** Takes over a recipe of the user's own, or one in which something was learned. */
  replace(recipe: Recipe): void {
    this.recipe = structuredClone(recipe);
    this.showAll();
    this.changed(this.recipe, true);
  }

  /** The recipe as a file, to keep and to bring back. */
  private exchange(): HTMLElement {
    const file = element('input', { type: 'file', id: freshId('recipe'), accept: '.json,application/json' });
    const trouble = element('div', { role: 'status' });
    file.onchange = async () => {
      const chosen = file.files?.[0];
      file.value = ''; // the same file may be chosen again
      if (!chosen) return;
      try {
        const recipe = checkRecipe(JSON.parse(await chosen.text()) as Recipe);
        if (this.live && !isLive(recipe)) throw new Error('it has an effect that works on files only');
        this.replace(recipe);
        trouble.replaceChildren(element('p', { className: 'note' }, `${chosen.name} is in use.`));
      } catch (e) {
        trouble.replaceChildren(element('p', { className: 'error', role: 'alert' }, `${chosen.name} is no recipe: ${reasonOf(e)}. The settings are as they were.`));
      }
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
    this.details.replaceChildren(...this.recipe.chain.map((step, i) => this.effectControls(step, i)));
  }

  private showStrength(): void {
    const percent = Math.round(100 * strengthOf(this.recipe));
    this.strength.value = String(percent);
    this.strengthText.textContent = `${percent} %`;
    this.strength.setAttribute('aria-valuetext', `${percent} %`);
  }

  private effectControls(step: RecipeStep, index: number): HTMLElement {
    const info = effectInfo(step.effect);
    const group = element('fieldset', {}, element('legend', {}, info.label), element('p', { className: 'help' }, info.help));
    if (step.learned?.length) {
      const forget = () => this.replace({ ...this.recipe, chain: this.recipe.chain.map((s, i) => (i === index ? { ...s, learned: [] } : s)) });
      group.append(element('p', { className: 'learn' }, 'What it learned is in use.', element('button', { type: 'button', onclick: forget }, 'Forget it')));
    }
    for (const param of info.params) {
      const value = (step.params as Record<string, number> | undefined)?.[param.id] ?? param.default;
      group.append(
        paramControl(param, value, (changedTo) => {
          const target = this.recipe.chain[index]!;
          target.params = { ...target.params, [param.id]: changedTo } as typeof target.params;
          this.showStrength();
          this.changed(this.recipe, false);
        }),
      );
    }
    return group;
  }
}

const isLive = (recipe: Recipe) => recipe.chain.every((step) => effectInfo(step.effect).live);

/** A label, its control, and what stands behind it. */
export function field(control: HTMLElement, label: string, ...behind: HTMLElement[]): HTMLElement {
  return element('div', { className: 'field' }, element('label', { htmlFor: control.id }, label), control, ...behind);
}

function paramControl(param: ParamInfo, value: number, changed: (value: number) => void): HTMLElement {
  const id = freshId(param.id);
  const help = element('small', { id: `${id}-help` }, param.help);
  if (param.choices) {
    const select = element('select', { id, onchange: () => changed(Number(select.value)), 'aria-describedby': help.id });
    param.choices.forEach((name, i) => select.append(element('option', { value: String(i), selected: i === value }, name)));
    return element('div', { className: 'param' }, field(select, param.label), help);
  }
  const text = element('output');
  const show = () => {
    text.textContent = `${input.value.replace('-', '−')} ${param.unit}`;
    input.setAttribute('aria-valuetext', `${input.value} ${param.unit}`);
  };
  const input = element('input', {
    id,
    type: 'range',
    min: String(param.min),
    max: String(param.max),
    step: param.max - param.min > 50 ? '1' : '0.5',
    value: String(value),
    'aria-describedby': help.id,
    oninput: () => {
      show();
      changed(Number(input.value));
    },
  });
  input.value = String(value); // again: only now it is clamped to its own range
  show();
  return element('div', { className: 'param' }, field(input, param.label, text), help);
}
