// What a recording measures: what is wrong with it, which preset fits, the figures before and after cleaning, and, where the user has a
// clean reference, the scores against it.
import { inspectFile, presets, reasonOf, scoreFile, type Measured, type Metric, type Report, type Values } from 'rinse-audio';
import { element, freshId } from './element';
import { figure } from './format';

type Column = [heading: string, value: (id: string) => number | null | undefined];

/** One measurement after the other, over all files: each leaves a core for the cleaning. */
let turn: Promise<unknown> = Promise.resolve();

export class ReportView {
  readonly view: HTMLElement;
  private readonly findings = element('div', { className: 'findings', role: 'status' }, element('p', { className: 'note' }, 'Measuring …'));
  private readonly figures = element('div');
  private readonly scores = element('div', { role: 'status' });
  private readonly reference: HTMLInputElement;
  private readonly life = new AbortController();
  private measuring = new AbortController(); // of the cleaned file
  private scoring = new AbortController();
  private before: Report | null = null;
  private after: Report | null = null;
  private cleaned: Blob | null = null;

  constructor(
    private readonly file: Blob,
    private readonly choosePreset: (id: string) => void,
    onmeasured: (report: Report) => void,
  ) {
    this.reference = element('input', { type: 'file', id: freshId('reference'), accept: 'audio/*,video/*', onchange: () => this.score() });
    this.view = element(
      'section',
      { className: 'report', 'aria-label': 'Report' },
      this.findings,
      element(
        'details',
        {},
        element('summary', {}, 'Measurements'),
        this.figures,
        element(
          'div',
          { className: 'field' },
          element('label', { htmlFor: this.reference.id }, 'Clean reference'),
          this.reference,
          element('small', {}, 'If you have the same recording without the damage: scores how near this one comes to it.'),
        ),
        this.scores,
      ),
    );
    this.inTurn(this.life, this.findings, 'It could not be measured', async (signal) => {
      this.before = await inspectFile(this.file, { signal });
      onmeasured(this.before);
      this.showFindings(this.before);
      this.showFigures();
    });
  }

  /** The file is being cleaned anew: the last result goes. */
  dropCleaned(): void {
    this.measuring.abort(gone);
    this.scoring.abort(gone);
    this.cleaned = this.after = null;
    this.showFigures();
    this.scores.replaceChildren();
  }

  /** The file was cleaned: measures the result too. */
  setCleaned(cleaned: Blob): void {
    this.cleaned = cleaned;
    this.measuring = new AbortController();
    this.inTurn(this.measuring, this.figures, 'The result could not be measured', async (signal) => {
      this.after = await inspectFile(cleaned, { signal });
      this.showFigures();
    });
    this.score();
  }

  destroy(): void {
    for (const work of [this.life, this.measuring, this.scoring]) work.abort(gone);
  }

  /** Does the work when those before are done, unless it is not wanted any more; `place` shows why it failed. */
  private inTurn({ signal }: AbortController, place: HTMLElement, failure: string, work: (signal: AbortSignal) => Promise<void>): void {
    turn = turn.then(async () => {
      if (signal.aborted) return;
      try {
        await work(signal);
      } catch (e) {
        if (!signal.aborted) place.replaceChildren(element('p', { className: 'error', role: 'alert' }, `${failure}: ${reasonOf(e)}.`));
      }
    });
  }

  private showFindings({ findings, preset }: Report): void {
    this.findings.replaceChildren(
      findings.length === 0
        ? element('p', { className: 'note' }, 'Nothing to mend was found.')
        : element('ul', { 'aria-label': 'Findings' }, ...findings.map((f) => element('li', { className: f.severity }, f.text))),
    );
    if (!preset) return;
    const label = presets[preset]!.label ?? preset;
    const use = element('button', { type: 'button', className: 'small', onclick: () => this.choosePreset(preset) }, `Use ${label}`);
    this.findings.append(element('p', {}, `Fitting preset: ${label}. `, use));
  }

  private showFigures(): void {
    const { before, after } = this;
    if (!before) return;
    const of = (report: Report) => (id: string) => report.measured.find((m) => m.id === id)?.value;
    this.figures.replaceChildren(table('Measured', before.measured, [['Before', of(before)], ...(after ? [['After', of(after)] as Column] : [])]));
  }

  private score(): void {
    this.scoring.abort(gone);
    this.scores.replaceChildren();
    const [reference] = this.reference.files ?? [];
    if (!reference) return;
    this.scoring = new AbortController();
    const { cleaned } = this;
    this.scores.replaceChildren(element('p', { className: 'note' }, 'Scoring …'));
    this.inTurn(this.scoring, this.scores, 'The scores could not be computed', async (signal) => {
      const of = (values: Values) => (id: string) => values[id];
      const before = await scoreFile(reference, this.file, { signal });
      const columns: Column[] = [['Before', of(before.mean)]];
      if (cleaned) columns.push(['After', of((await scoreFile(reference, cleaned, { signal, noisy: this.file })).mean)]);
      this.scores.replaceChildren(table('Against the clean reference', before.metrics, columns));
    });
  }
}

const gone = new DOMException('not wanted any more', 'AbortError');

/** A row for each of which something is known. */
function table(caption: string, rows: (Measured | Metric)[], columns: Column[]): HTMLTableElement {
  const head = element('tr', {}, element('th', { scope: 'col' }, caption), ...columns.map(([heading]) => element('th', { scope: 'col' }, heading)));
  const known = rows.filter((row) => columns.some(([, value]) => typeof value(row.id) === 'number'));
  const body = known.map((row) => {
    const name = element('th', { scope: 'row' }, row.label);
    if ('help' in row) name.append(element('small', {}, row.help));
    return element('tr', {}, name, ...columns.map(([, value]) => element('td', {}, figure(value(row.id), row.unit))));
  });
  return element('table', { className: 'measures' }, element('thead', {}, head), element('tbody', {}, ...body));
}
