// One dropped file: its waveform, its cleaning and the download.
import { cleanedName, cleanFile, learn, readWaveform, reasonOf, releaseFile, type FileFormat, type FileInfo, type Recipe } from 'rinse-audio';
import { element, freshId } from './element';
import { channelsText, clockTime, timeLeft } from './format';
import { Listening } from './listening';
import { MarkedStretch } from './marked-stretch';
import { ReportView } from './report-view';
import { SideChainChoice } from './side-chain-choice';
import { Spectrogram, type Rectangle } from './spectrogram';
import { hasRepair, repaired } from './stretch-repair';
import { Waveform } from './waveform';

type State = 'reading' | 'ready' | 'cleaning' | 'cleaned' | 'failed';

const longestLearned = 60; // seconds: a noise profile needs no more
const aroundStretch = 1; // seconds shown before and after what is to be repaired
const longestSeen = 8; // seconds of it

export class FileCard {
  readonly view: HTMLElement;
  state: State = 'reading';
  /** Resolves when the file has been read for its waveform, or could not be. */
  readonly read: Promise<void>;
  private info: FileInfo | null = null;
  private link: HTMLAnchorElement | null = null;
  private result: Blob | null = null;
  private abort = new AbortController();
  private cleanedWith = '';

  private readonly title: HTMLElement;
  private readonly about = element('p', { className: 'about' }, 'Reading …');
  private readonly messages = element('div', { className: 'messages', role: 'status' });
  private readonly before = new Waveform('Before', 'before', (s) => this.listening.seek(s), (stretch) => this.stretch.set(stretch));
  private readonly after = new Waveform('After', 'after', (s) => this.listening.seek(s));
  private readonly progress = element('progress', { max: 1, value: 0, 'aria-label': 'Cleaning' });
  private readonly progressText = element('span', { className: 'left' });
  private readonly cancel = element('button', { type: 'button', onclick: () => this.cancelCleaning() }, 'Cancel');
  private readonly working = element('div', { className: 'working', hidden: true }, this.progress, this.progressText, this.cancel);
  private readonly listening = new Listening((seconds) => this.showPosition(seconds), (text) => this.say(text, 'error'));
  private readonly staleNote = element(
    'p',
    { className: 'note', role: 'status', hidden: true },
    'The settings have changed: press Clean again to hear and download the new result.',
  );
  private report: ReportView | null = null;
  private readonly stretch = new MarkedStretch((stretch) => this.before.mark(stretch), () => void this.learnNoise(), () => this.repair(), () => void this.lookAtStretch());
  private readonly spectrogram = new Spectrogram((rectangle) => this.repair(rectangle));
  private readonly sideChain = new SideChainChoice(() => this.settingsChanged(this.recipe, this.wanted));
  private wanted: FileFormat = 'same-video';
  private readonly reportPlace = element('div');
  private readonly downloads = element('div', { className: 'downloads' });

  constructor(
    readonly file: File,
    /** Resolves when it may be read: files are read one after the other. */
    turn: Promise<unknown>,
    onremove: () => void,
    private readonly choosePreset: (id: string) => void,
    private recipe: Recipe,
    /** Takes a recipe in which something was learned from this file, or set by it. */
    private readonly learned: (recipe: Recipe) => void,
  ) {
    this.title = element('h2', { id: freshId('file'), tabIndex: -1 }, file.name);
    this.view = element(
      'article',
      { className: 'card', 'aria-labelledby': this.title.id },
      element('div', { className: 'title' }, this.title, element('button', { type: 'button', className: 'remove', 'aria-label': `Remove ${file.name}`, onclick: onremove }, '×')),
      this.about,
      this.reportPlace,
      this.before.view,
      this.stretch.view,
      this.spectrogram.view,
      this.sideChain.view,
      this.after.view,
      ...this.listening.views,
      this.working,
      this.messages,
      this.staleNote,
      this.downloads,
    );
    this.after.view.hidden = true;
    this.read = this.inspect(turn);
  }

  get canClean(): boolean {
    return this.state === 'ready' || this.state === 'cleaned';
  }

  private async inspect(turn: Promise<unknown>): Promise<void> {
    await turn;
    if (this.abort.signal.aborted) return;
    try {
      let total = 0;
      this.info = await readWaveform(this.file, {
        signal: this.abort.signal,
        onPeaks: (first, peaks) => this.before.add(first, peaks),
        onProgress: (done, all) => {
          if (total === 0) this.before.begin((total = all));
          this.about.textContent = `Reading … ${Math.round((100 * done) / all)} %`;
        },
      });
      const { sampleRate, frames, channels, video, warnings } = this.info;
      this.before.draw(frames / sampleRate, this.before.largest);
      this.about.textContent = `${clockTime(frames / sampleRate)}, ${sampleRate / 1000} kHz, ${channelsText(channels)}${video ? ', with video' : ''}`;
      for (const w of warnings) this.say(w, 'warning');
      this.listening.open(this.file, this.info, this.recipe);
      this.stretch.show(this.recipe, true);
      this.sideChain.show(this.recipe, true);
      this.report = new ReportView(this.file, this.choosePreset, (report) => this.stretch.measured(report));
      this.reportPlace.append(this.report.view);
      this.state = 'ready';
    } catch (e) {
      this.state = 'failed';
      this.about.textContent = '';
      this.before.view.hidden = true;
      this.say(`This file can't be cleaned: ${reasonOf(e)}.`, 'error');
    }
  }

  /** Shown until its turn comes. */
  wait(): void {
    if (this.state !== 'failed' && this.state !== 'cleaned') this.say('Waiting for its turn.', 'note');
  }

  private formatFor(wanted: FileFormat): FileFormat {
    return wanted === 'same-video' && !this.info?.video ? 'wav-24' : wanted;
  }

  /** What the result depends on, to be compared. */
  private settings(recipe: Recipe, format: FileFormat): string {
    const { name, size, lastModified } = this.sideChain.file ?? {};
    return JSON.stringify([recipe, format, name, size, lastModified]);
  }

  async clean(recipe: Recipe, wanted: FileFormat): Promise<void> {
    if (!this.info || !this.canClean) return;
    const format = this.formatFor(wanted);
    const sideChain = this.sideChain.file;
    const settings = this.settings(recipe, format);
    if (this.state === 'cleaned' && settings === this.cleanedWith) return;
    this.state = 'cleaning';
    this.report?.dropCleaned();
    this.abort = new AbortController();
    this.messages.replaceChildren();
    this.working.hidden = false;
    this.after.view.hidden = false;
    const seconds = this.info.frames / this.info.sampleRate;
    const start = performance.now();
    this.after.begin(seconds);
    this.showProgress(0, '');
    try {
      const cleaned = await cleanFile(this.file, {
        recipe,
        format,
        sideChain,
        signal: this.abort.signal,
        onPeaks: (first, peaks) => this.after.add(first, peaks),
        onProgress: (done, total) => {
          const part = Math.min(1, done / total);
          this.showProgress(part, timeLeft(part, (performance.now() - start) / 1000));
        },
        onInfo: ({ warnings }) => warnings.forEach((w) => this.say(w, 'warning')),
      });
      this.after.draw(seconds, this.before.largest);
      this.showPosition(this.listening.seconds);
      await this.offer(cleaned, cleanedName(this.file.name, format, cleaned.type));
      this.say('Cleaned.', 'note');
      this.report?.setCleaned(cleaned);
      this.cleanedWith = settings;
      this.state = 'cleaned';
    } catch (e) {
      this.state = this.link ? 'cleaned' : 'ready';
      if (this.result) this.report?.setCleaned(this.result);
      this.after.view.hidden = !this.link;
      if (this.abort.signal.aborted) this.say('Cancelled. The file is as it was.', 'note');
      else this.say(`Cleaning failed: ${reasonOf(e)}. The file is as it was.`, 'error');
    } finally {
      this.working.hidden = true;
    }
  }

  /** The settings have changed: says whether the result is still what they give. */
  settingsChanged(recipe: Recipe, wanted: FileFormat): void {
    this.recipe = structuredClone(recipe);
    this.wanted = wanted;
    this.stretch.show(recipe, this.listening.isOpen);
    if (!hasRepair(recipe)) this.spectrogram.hide();
    this.sideChain.show(recipe, this.listening.isOpen);
    this.listening.setRecipe(recipe, !!this.sideChain.file);
    if (this.state !== 'cleaned') return;
    const stale = this.settings(recipe, this.formatFor(wanted)) !== this.cleanedWith;
    this.downloads.classList.toggle('stale', stale);
    this.staleNote.hidden = !stale;
  }

  /** For the keyboard: where to go on after something that had the focus is gone. */
  focus(): void {
    this.title.focus();
  }

  private async learnNoise(): Promise<void> {
    const { stretch } = this.stretch;
    if (!stretch || !this.listening.isOpen) return;
    this.stretch.busy(true);
    this.messages.replaceChildren();
    try {
      const heard = await this.listening.read(stretch.from, Math.min(stretch.to, stretch.from + longestLearned));
      this.learned(await learn(heard, { recipe: this.recipe }));
      this.say('The noise has been learned: it is part of the settings now.', 'note');
    } catch (e) {
      this.say(`Nothing was learned: ${reasonOf(e)}. The settings are as they were.`, 'error');
    } finally {
      this.stretch.busy(false);
    }
  }

  /** Shows what sounds in the stretch and around it. */
  private async lookAtStretch(): Promise<void> {
    const { stretch } = this.stretch;
    if (!stretch || !this.listening.isOpen) return;
    const from = Math.max(0, stretch.from - aroundStretch);
    try {
      await this.spectrogram.show(await this.listening.read(from, Math.min(stretch.to, stretch.from + longestSeen) + aroundStretch), from);
    } catch (e) {
      this.say(`Its frequencies could not be shown: ${reasonOf(e)}.`, 'error');
    }
  }

  /** Of the rectangle, or of the stretch over all frequencies. */
  private repair(rectangle?: Rectangle): void {
    const place = rectangle ?? this.stretch.stretch;
    if (!place) return;
    this.messages.replaceChildren();
    try {
      const { recipe, note } = repaired(this.recipe, place);
      this.learned(recipe);
      this.say(note, 'note');
    } catch (e) {
      this.say(`Nothing was changed: ${reasonOf(e)}.`, 'error');
    }
  }

  private cancelCleaning(): void {
    if (document.activeElement === this.cancel) this.focus();
    this.abort.abort(new DOMException('cancelled', 'AbortError'));
  }

  destroy(): void {
    this.cancelCleaning();
    this.listening.close();
    this.report?.destroy();
    this.before.destroy();
    this.spectrogram.hide();
    this.after.destroy();
    this.dropResult();
    this.view.remove();
  }

  private dropResult(): void {
    if (this.link) URL.revokeObjectURL(this.link.href);
    if (this.result) void releaseFile(this.result);
    this.link = this.result = null;
  }

  private async offer(cleaned: Blob, name: string): Promise<void> {
    this.dropResult();
    this.result = cleaned;
    this.link = element('a', { href: URL.createObjectURL(cleaned), download: name, className: 'download' }, `Download ${name}`);
    this.downloads.classList.remove('stale');
    this.downloads.replaceChildren(this.link);
    await this.listening.setCleaned(cleaned);
  }

  private showPosition(seconds: number): void {
    this.before.position(seconds);
    if (!this.after.view.hidden) this.after.position(seconds);
  }

  private showProgress(part: number, left: string): void {
    this.progress.value = part;
    this.progressText.textContent = `${Math.round(100 * part)} %${left && `, ${left}`}`;
  }

  private say(text: string, kind: 'note' | 'warning' | 'error'): void {
    this.messages.append(element('p', { className: kind, ...(kind === 'error' ? { role: 'alert' } : {}) }, text));
  }
}
