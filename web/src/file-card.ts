// One dropped file: its waveform, its cleaning, the listening and the download.
import { cleanedName, cleanFile, learn, playable, readWaveform, reasonOf, releaseFile, type FileFormat, type FileInfo, type Recipe } from 'rinse-audio';
import { element, freshId } from './element';
import { channelsText, clockTime, timeLeft } from './format';
import { MarkedStretch } from './marked-stretch';
import { Player, type ListenTo } from './player';
import { ReportView } from './report-view';
import { SideChainChoice } from './side-chain-choice';
import { Spectrogram, type Rectangle } from './spectrogram';
import { SpectrumPlot } from './spectrum-plot';
import { hasRepair, repaired } from './stretch-repair';
import { Waveform } from './waveform';

type State = 'reading' | 'ready' | 'cleaning' | 'cleaned' | 'failed';

const longestLearned = 60; // seconds: a noise profile needs no more
const pictureEveryMs = 100;
const aroundStretch = 1; // seconds shown before and after what is to be repaired
const longestSeen = 8; // seconds of it

const listenLabels: [ListenTo, string][] = [
  ['original', 'Original'],
  ['preview', 'Preview'],
  ['cleaned', 'Cleaned'],
  ['removed', 'Removed'],
];

export class FileCard {
  readonly view: HTMLElement;
  state: State = 'reading';
  /** Resolves when the file has been read for its waveform, or could not be. */
  readonly read: Promise<void>;
  private info: FileInfo | null = null;
  private player: Player | null = null;
  private link: HTMLAnchorElement | null = null;
  private result: Blob | null = null;
  private abort = new AbortController();
  private cleanedWith = '';
  private frameRequest = 0;

  private readonly title: HTMLElement;
  private readonly about = element('p', { className: 'about' }, 'Reading …');
  private readonly messages = element('div', { className: 'messages', role: 'status' });
  private readonly before = new Waveform('Before', 'before', (s) => void this.player?.seek(s), (stretch) => this.stretch.set(stretch));
  private readonly after = new Waveform('After', 'after', (s) => void this.player?.seek(s));
  private readonly progress = element('progress', { max: 1, value: 0, 'aria-label': 'Cleaning' });
  private readonly progressText = element('span', { className: 'left' });
  private readonly cancel = element('button', { type: 'button', onclick: () => this.cancelCleaning() }, 'Cancel');
  private readonly working = element('div', { className: 'working', hidden: true }, this.progress, this.progressText, this.cancel);
  private readonly play = element('button', { type: 'button', className: 'play', disabled: true, onclick: () => void this.togglePlay() }, 'Play');
  private readonly position = element('input', { type: 'range', min: '0', max: '1', step: '0.01', value: '0', disabled: true, 'aria-label': 'Position' });
  private readonly clock = element('span', { className: 'clock' });
  private readonly radios = new Map<ListenTo, HTMLInputElement>();
  private readonly previewNote = element('p', { className: 'note', hidden: true }, 'The preview cleans as a live microphone is cleaned. Clean hears what follows first, and does it better.');
  private readonly staleNote = element(
    'p',
    { className: 'note', role: 'status', hidden: true },
    'The settings have changed: press Clean again to hear and download the new result.',
  );
  private report: ReportView | null = null;
  private readonly spectrum = new SpectrumPlot();
  private readonly stretch = new MarkedStretch((stretch) => this.before.mark(stretch), () => void this.learnNoise(), () => this.repair(), () => void this.lookAtStretch());
  private readonly spectrogram = new Spectrogram((rectangle) => this.repair(rectangle));
  private readonly sideChain = new SideChainChoice(() => this.settingsChanged(this.recipe, this.wanted));
  private wanted: FileFormat = 'same-video';
  private timer = 0;
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
    const name = freshId('listen');
    const listen = element('div', { className: 'listen', role: 'radiogroup', 'aria-label': 'Listen to' });
    for (const [value, label] of listenLabels) {
      const radio = element('input', { type: 'radio', name, value, checked: value === 'original', disabled: value === 'cleaned' || value === 'removed' });
      radio.onchange = () => this.player?.listen(value);
      this.radios.set(value, radio);
      listen.append(element('label', {}, radio, label));
    }
    this.position.oninput = () => void this.player?.seek(Number(this.position.value));
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
      element('div', { className: 'transport' }, this.play, this.position, this.clock),
      listen,
      this.previewNote,
      this.spectrum.view,
      this.working,
      this.messages,
      this.staleNote,
      this.downloads,
    );
    this.after.view.hidden = this.spectrum.view.hidden = true;
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
      this.player = new Player(this.file, sampleRate, frames, channels, this.recipe);
      this.player.onchange = () => this.showPlayer();
      this.player.onerror = (e) => this.say(`It could not be played: ${reasonOf(e)}`, 'error');
      this.play.disabled = this.position.disabled = false;
      this.position.max = String(frames / sampleRate);
      this.showPlayer();
      this.showPreview();
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
    this.stretch.show(recipe, !!this.player);
    if (!hasRepair(recipe)) this.spectrogram.hide();
    this.sideChain.show(recipe, !!this.player);
    this.showPreview();
    void this.player?.setRecipe(recipe).catch((e: unknown) => this.say(`The preview could not follow the settings: ${reasonOf(e)}`, 'error'));
    if (this.state !== 'cleaned') return;
    const stale = this.settings(recipe, this.formatFor(wanted)) !== this.cleanedWith;
    this.downloads.classList.toggle('stale', stale);
    this.staleNote.hidden = !stale;
  }

  /** Whether there is a preview, and whether it is less than what Clean does. */
  private showPreview(): void {
    const played = playable(this.recipe), preview = this.radios.get('preview')!;
    const standsIn = !!played?.chain.some((step, i) => step.effect !== this.recipe.chain[i]!.effect);
    const hearsAll = !standsIn || (this.info?.channels ?? 1) <= 2; // it is mono or stereo, a beam wants every microphone
    preview.disabled = !played || !hearsAll || !!this.sideChain.file; // it runs while the file plays, and hears no other one
    this.previewNote.hidden = preview.disabled || !standsIn;
    if (!preview.disabled || !preview.checked) return;
    this.radios.get('original')!.checked = true;
    this.player?.listen('original');
  }

  /** For the keyboard: where to go on after something that had the focus is gone. */
  focus(): void {
    this.title.focus();
  }

  private async learnNoise(): Promise<void> {
    const { stretch } = this.stretch;
    if (!stretch || !this.player) return;
    this.stretch.busy(true);
    this.messages.replaceChildren();
    try {
      const heard = await this.player.read(stretch.from, Math.min(stretch.to, stretch.from + longestLearned));
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
    if (!stretch || !this.player) return;
    const from = Math.max(0, stretch.from - aroundStretch);
    try {
      await this.spectrogram.show(await this.player.read(from, Math.min(stretch.to, stretch.from + longestSeen) + aroundStretch), from);
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
    this.player?.close();
    this.report?.destroy();
    this.before.destroy();
    this.spectrogram.hide();
    this.after.destroy();
    this.dropResult();
    clearInterval(this.timer);
    cancelAnimationFrame(this.frameRequest);
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
    for (const r of this.radios.values()) r.disabled = false;
    this.showPreview();
    await this.player?.setCleaned(cleaned);
    this.radios.get('cleaned')!.checked = true;
    this.player?.listen('cleaned');
  }

  private async togglePlay(): Promise<void> {
    try {
      if (this.player?.playing) this.player.pause();
      else await this.player?.play();
    } catch (e) {
      this.say(`It could not be played: ${reasonOf(e)}`, 'error');
    }
  }

  private showPlayer(): void {
    const { player } = this;
    if (!player) return;
    this.play.textContent = player.playing ? 'Pause' : 'Play';
    this.position.value = String(player.position);
    this.position.setAttribute('aria-valuetext', clockTime(player.position));
    this.clock.textContent = `${clockTime(player.position)} / ${clockTime(player.duration)}`;
    this.before.position(player.position);
    if (!this.after.view.hidden) this.after.position(player.position);
    this.spectrum.view.hidden &&= !player.playing;
    if (!player.playing) this.timer = (clearInterval(this.timer), 0);
    else this.timer ||= window.setInterval(() => void player.picture().then((p) => p && this.spectrum.show(p)), pictureEveryMs);
    cancelAnimationFrame(this.frameRequest);
    if (player.playing) this.frameRequest = requestAnimationFrame(() => this.showPlayer());
  }

  private showProgress(part: number, left: string): void {
    this.progress.value = part;
    this.progressText.textContent = `${Math.round(100 * part)} %${left && `, ${left}`}`;
  }

  private say(text: string, kind: 'note' | 'warning' | 'error'): void {
    this.messages.append(element('p', { className: kind, ...(kind === 'error' ? { role: 'alert' } : {}) }, text));
  }
}
