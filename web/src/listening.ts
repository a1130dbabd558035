// Listening to a file: play, the position, which of its sounds, and the spectrum of what plays.
import { playable, reasonOf, type FileInfo, type Recipe } from 'rinse-audio';
import { element, freshId } from './element';
import { clockTime } from './format';
import { Player, type ListenTo } from './player';
import { SpectrumPlot } from './spectrum-plot';

const pictureEveryMs = 100;

const labels: [ListenTo, string][] = [
  ['original', 'Original'],
  ['preview', 'Preview'],
  ['cleaned', 'Cleaned'],
  ['removed', 'Removed'],
];

export class Listening {
  readonly views: HTMLElement[];
  private player: Player | null = null;
  private channels = 1;
  private readonly play = element('button', { type: 'button', className: 'play', disabled: true, onclick: () => void this.toggle() }, 'Play');
  private readonly position = element('input', { type: 'range', min: '0', max: '1', step: '0.01', value: '0', disabled: true, 'aria-label': 'Position' });
  private readonly clock = element('span', { className: 'clock' });
  private readonly radios = new Map<ListenTo, HTMLInputElement>();
  private readonly previewNote = element('p', { className: 'note', hidden: true }, 'The preview cleans as a live microphone is cleaned. Clean hears what follows first, and does it better.');
  private readonly spectrum = new SpectrumPlot();
  private timer = 0;
  private frameRequest = 0;

  constructor(
    private readonly onposition: (seconds: number) => void,
    private readonly onerror: (text: string) => void,
  ) {
    const name = freshId('listen');
    const choice = element('div', { className: 'listen', role: 'radiogroup', 'aria-label': 'Listen to' });
    for (const [value, label] of labels) {
      const radio = element('input', { type: 'radio', name, value, checked: value === 'original', disabled: value === 'cleaned' || value === 'removed' });
      radio.onchange = () => this.player?.listen(value);
      this.radios.set(value, radio);
      choice.append(element('label', {}, radio, label));
    }
    this.position.oninput = () => this.seek(Number(this.position.value));
    this.spectrum.view.hidden = true;
    this.views = [element('div', { className: 'transport' }, this.play, this.position, this.clock), choice, this.previewNote, this.spectrum.view];
  }

  /** From now on there is something to be heard. */
  open(file: File, { sampleRate, frames, channels }: FileInfo, recipe: Recipe): void {
    this.player = new Player(file, sampleRate, frames, channels, recipe);
    this.player.onchange = () => this.show();
    this.player.onerror = (e) => this.failed(e);
    this.channels = channels;
    this.play.disabled = this.position.disabled = false;
    this.position.max = String(frames / sampleRate);
    this.show();
    this.showPreview(recipe, false);
  }

  get isOpen(): boolean {
    return !!this.player;
  }

  /** Where it plays, or would go on, seconds. */
  get seconds(): number {
    return this.player?.position ?? 0;
  }

  seek(seconds: number): void {
    void this.player?.seek(seconds);
  }

  /** The file's sound between two times, seconds; it is open. */
  read(from: number, to: number): ReturnType<Player['read']> {
    return this.player!.read(from, to);
  }

  /** What the preview does from now on; `hearsOther`: whether another file is its side-chain. */
  setRecipe(recipe: Recipe, hearsOther: boolean): void {
    this.showPreview(recipe, hearsOther);
    void this.player?.setRecipe(recipe).catch((e: unknown) => this.onerror(`The preview could not follow the settings: ${reasonOf(e)}`));
  }

  /** There is a result: it is what is heard from now on. */
  async setCleaned(cleaned: Blob): Promise<void> {
    for (const which of ['cleaned', 'removed'] as const) this.radios.get(which)!.disabled = false;
    await this.player?.setCleaned(cleaned);
    this.choose('cleaned');
  }

  close(): void {
    this.player?.close();
    clearInterval(this.timer);
    cancelAnimationFrame(this.frameRequest);
  }

  private choose(which: ListenTo): void {
    this.radios.get(which)!.checked = true;
    this.player?.listen(which);
  }

  /** Whether there is a preview, and whether it is less than what Clean does. */
  private showPreview(recipe: Recipe, hearsOther: boolean): void {
    const played = playable(recipe), preview = this.radios.get('preview')!;
    const standsIn = !!played?.chain.some((step, i) => step.effect !== recipe.chain[i]!.effect);
    const hearsAll = !standsIn || this.channels <= 2; // it is mono or stereo, a beam wants every microphone
    preview.disabled = !played || !hearsAll || hearsOther; // it runs while the file plays
    this.previewNote.hidden = preview.disabled || !standsIn;
    if (preview.disabled && preview.checked) this.choose('original');
  }

  private async toggle(): Promise<void> {
    try {
      if (this.player?.playing) this.player.pause();
      else await this.player?.play();
    } catch (e) {
      this.failed(e);
    }
  }

  private failed(e: unknown): void {
    this.onerror(`It could not be played: ${reasonOf(e)}`);
  }

  private show(): void {
    const { player } = this;
    if (!player) return;
    this.play.textContent = player.playing ? 'Pause' : 'Play';
    this.position.value = String(player.position);
    this.position.setAttribute('aria-valuetext', clockTime(player.position));
    this.clock.textContent = `${clockTime(player.position)} / ${clockTime(player.duration)}`;
    this.onposition(player.position);
    this.spectrum.view.hidden &&= !player.playing;
    if (!player.playing) this.timer = (clearInterval(this.timer), 0);
    else this.timer ||= window.setInterval(() => void player.picture().then((p) => p && this.spectrum.show(p)), pictureEveryMs);
    cancelAnimationFrame(this.frameRequest);
    if (player.playing) this.frameRequest = requestAnimationFrame(() => this.show());
  }
}
