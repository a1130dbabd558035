// The chain of effects as a list that can be changed: add, remove, move, switch off, set. Everything comes from the Param table.
import { effectInfo, effects, type ParamInfo, type Recipe, type RecipeStep } from 'rinse-audio';
import { element, freshId } from './element';

export class ChainEditor {
  readonly view = element('div', { className: 'chain' });
  private readonly steps = element('ol', { className: 'steps' });
  private readonly choice = element('select', { id: freshId('effect') });
  private recipe: Recipe = { version: 1, chain: [] };

  /** `changed` hears every change; `replaced` is true when the chain itself is another. */
  constructor(
    private readonly changed: (recipe: Recipe, replaced: boolean) => void,
    /** Only effects that keep up with a microphone. */
    live: boolean,
  ) {
    for (const e of effects) if (e.live || !live) this.choice.append(element('option', { value: e.id }, e.label));
    const add = element('button', { type: 'button', onclick: () => this.rebuild([...this.recipe.chain, { effect: this.choice.value } as RecipeStep], this.recipe.chain.length) }, 'Add');
    this.view.append(this.steps, element('div', { className: 'actions add' }, field(this.choice, 'Add an effect'), add));
  }

  show(recipe: Recipe): void {
    this.recipe = structuredClone(recipe);
    this.steps.replaceChildren(...this.recipe.chain.map((step, i) => this.item(step, i)));
    if (this.recipe.chain.length === 0) this.steps.append(element('li', { className: 'help' }, 'No effect: the sound goes through as it is.'));
  }

  /** Takes a new chain; the focus goes to step `focused`. */
  private rebuild(chain: RecipeStep[], focused: number): void {
    const recipe = { ...this.recipe, chain };
    this.show(recipe);
    this.changed(recipe, true);
    const at = this.steps.children[Math.min(focused, chain.length - 1)]?.querySelector<HTMLElement>('button, input');
    (at ?? this.choice).focus();
  }

  private exchanged(index: number, step: RecipeStep): RecipeStep[] {
    return this.recipe.chain.map((s, i) => (i === index ? step : s));
  }

  private moved(index: number, by: number): RecipeStep[] {
    const chain = [...this.recipe.chain];
    const [step] = chain.splice(index, 1);
    chain.splice(index + by, 0, step!);
    return chain;
  }

  private item(step: RecipeStep, index: number): HTMLElement {
    const info = effectInfo(step.effect);
    const { chain } = this.recipe;
    const on = element('input', { type: 'checkbox', id: freshId('on'), checked: !step.bypass });
    on.setAttribute('role', 'switch');
    on.onchange = () => this.rebuild(this.exchanged(index, { ...step, bypass: !on.checked }), index);
    const button = (label: string, sign: string, disabled: boolean, act: () => void) =>
      element('button', { type: 'button', className: 'small', disabled, 'aria-label': `${label} ${info.label}`, title: label, onclick: act }, sign);
    const group = element(
      'fieldset',
      { className: step.bypass ? 'off' : '' },
      element('legend', {}, info.label),
      element(
        'div',
        { className: 'step-bar' },
        field(on, 'On'),
        element('span', { className: 'help' }, info.live ? `live, ${info.latencyMs.toFixed(0)} ms` : 'files only'),
        button('Move up', '↑', index === 0, () => this.rebuild(this.moved(index, -1), index - 1)),
        button('Move down', '↓', index === chain.length - 1, () => this.rebuild(this.moved(index, 1), index + 1)),
        button('Remove', '×', false, () => this.rebuild(chain.filter((_, i) => i !== index), index)),
      ),
      element('p', { className: 'help' }, info.help),
    );
    if (step.learned?.length) {
      const forget = () => this.rebuild(this.exchanged(index, { ...step, learned: [] }), index);
      group.append(element('p', { className: 'learn' }, 'What it learned is in use.', element('button', { type: 'button', onclick: forget }, 'Forget it')));
    }
    for (const param of info.params) {
      const value = (step.params as Record<string, number> | undefined)?.[param.id] ?? param.default;
      group.append(
        paramControl(param, value, (changedTo) => {
          const target = this.recipe.chain[index]!;
          target.params = { ...target.params, [param.id]: changedTo } as typeof target.params;
          this.changed(this.recipe, false);
        }),
      );
    }
    return element('li', {}, group);
  }
}

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
  const range = param.max - param.min;
  if (param.unit === 's' && range > 60) { // a time in the recording: no slider is fine enough
    const number = element('input', { id, type: 'number', min: String(param.min), max: String(param.max), step: '0.001', value: String(value), 'aria-describedby': help.id });
    number.onchange = () => number.validity.valid && !Number.isNaN(number.valueAsNumber) && changed(number.valueAsNumber);
    return element('div', { className: 'param' }, field(number, `${param.label} (${param.unit})`), help);
  }
  const input = element('input', {
    id,
    type: 'range',
    min: String(param.min),
    max: String(param.max),
    step: range > 50 ? '1' : range > 12 ? '0.5' : range > 2 ? '0.1' : '0.01',
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
