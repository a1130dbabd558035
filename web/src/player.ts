// Plays a file and its cleaned version together, in step to the sample, so that switching between them, or to what was removed
// (the one minus the other), makes no gap. Preview is the original through a cleaner that runs while it plays. Reads both piece by piece: memory does not grow with the file.
import { createCleaner, openReader, playable, type Cleaner, type EffectId, type EffectParams, type PcmReader, type Picture, type Recipe } from 'rinse-audio';

export type ListenTo = 'original' | 'preview' | 'cleaned' | 'removed';

const gains: Record<ListenTo, { original: number; preview: number; cleaned: number }> = {
  original: { original: 1, preview: 0, cleaned: 0 },
  preview: { original: 0, preview: 1, cleaned: 0 },
  cleaned: { original: 0, preview: 0, cleaned: 1 },
  removed: { original: 1, preview: 0, cleaned: -1 },
};

const pieceSeconds = 0.5;
const aheadSeconds = 1.5;
const fadeSeconds = 0.015;
const fadeAheadSeconds = 0.05; // so that all voices fade at the same time, however long the page is held up between telling one and the next

interface Fader {
  gain: GainNode;
  /** What the gain is after the last fade. */
  level: number;
}

interface Voice extends Fader {
  reader: PcmReader;
}

const closed = () => new DOMException('the player was closed', 'AbortError');

export class Player {
  playing = false;
  /** Called while playing, and when position or state change. */
  onchange: () => void = () => undefined;
  onerror: (reason: unknown) => void = () => undefined;
  private listenTo: ListenTo = 'original';
  private original: Voice | null = null;
  private cleaned: Voice | null = null;
  private preview: ({ cleaner: Cleaner } & Fader) | null = null;
  private recipe: Recipe | null; // that of the preview; null: there is none
  private cleanedFile: Blob | null = null;
  private opening: Promise<void> | null = null;
  private closed = false;
  private context: AudioContext | null = null;
  private sources = new Set<AudioBufferSourceNode>();
  private startedAt = 0; // context time at which sample `startedFrom` sounds
  private startedFrom = 0;
  private scheduled = 0; // the next sample to schedule
  private run = 0; // counts starts, so that what an earlier one still reads is dropped
  private timer = 0;
  private fadedBy = 0; // context time at which the last fade ends

  constructor(
    private readonly file: Blob,
    readonly sampleRate: number,
    readonly frames: number,
    private readonly channels: number,
    recipe: Recipe,
  ) {
    this.recipe = playable(recipe);
  }

  get duration(): number {
    return this.frames / this.sampleRate;
  }

  /** Seconds. */
  get position(): number {
    if (!this.playing || !this.context) return this.startedFrom / this.sampleRate;
    const played = Math.max(0, this.context.currentTime - this.startedAt);
    return Math.min(this.duration, this.startedFrom / this.sampleRate + played);
  }

  /** Takes a new cleaned version; null: none. */
  async setCleaned(file: Blob | null): Promise<void> {
    const wasPlaying = this.playing;
    if (wasPlaying) this.pause();
    await this.opening;
    this.cleaned?.reader.close();
    this.cleaned = null;
    this.cleanedFile = file; // opened when it is first played
    if (wasPlaying) await this.play();
  }

  /** What the preview cleans with from now on. */
  async setRecipe(wanted: Recipe): Promise<void> {
    const before = this.recipe;
    const recipe = (this.recipe = playable(structuredClone(wanted)));
    if (!recipe && this.listenTo === 'preview') this.listen('original');
    const cleaner = this.preview?.cleaner;
    if (!cleaner || !recipe) return;
    const shape = (r: Recipe | null) => JSON.stringify(r?.chain.map(({ params: _, ...rest }) => rest));
    if (shape(before) !== shape(recipe)) return cleaner.recipe(recipe);
    for (const [i, step] of recipe.chain.entries()) cleaner.set(step.effect as EffectId, (step.params ?? {}) as EffectParams[EffectId], i);
  }

  /** Spectra of what is heard of the original at this moment and of its preview; null while nothing plays. */
  async picture(): Promise<Picture | null> {
    return this.playing ? ((await this.preview?.cleaner.picture().catch(() => null)) ?? null) : null;
  }

  private async openPreview(): Promise<void> {
    if (!this.recipe) return;
    const cleaner = await createCleaner(this.graph(), { recipe: this.recipe, channels: this.channels > 1 ? 2 : 1, lookAhead: true });
    if (this.closed) return cleaner.destroy();
    const fail = (e: Event) => this.onerror((e as ErrorEvent).error ?? new Error('the machine is too slow for a preview with these settings'));
    cleaner.addEventListener('error', fail);
    cleaner.addEventListener('stepdown', fail);
    this.preview = { cleaner, ...this.fader() };
    cleaner.connect(this.preview.gain);
  }

  /** Opens what is not open yet; several calls at once wait for the same opening. */
  private open(): Promise<void> {
    const voice = async (file: Blob): Promise<Voice> => {
      const reader = await openReader(file);
      if (!this.closed) return { reader, ...this.fader() };
      reader.close();
      throw closed();
    };
    return (this.opening ??= (async () => {
      try {
        this.original ??= await voice(this.file);
        if (this.cleanedFile) this.cleaned ??= await voice(this.cleanedFile);
        if (!this.preview) await this.openPreview();
      } finally {
        this.opening = null;
      }
    })());
  }

  listen(to: ListenTo): void {
    this.listenTo = to;
    if (!this.context) return;
    const target = gains[this.cleanedFile || to === 'preview' ? to : 'original'];
    const from = Math.max(this.context.currentTime + fadeAheadSeconds, this.fadedBy); // one fade after the other
    this.fadedBy = from + fadeSeconds;
    const fade = (voice: Fader | null, level: number) => {
      if (!voice) return;
      voice.gain.gain.setValueAtTime(voice.level, from).linearRampToValueAtTime(level, this.fadedBy);
      voice.level = level;
    };
    fade(this.original, target.original);
    fade(this.cleaned, target.cleaned);
    fade(this.preview, target.preview);
  }

  async play(): Promise<void> {
    if (this.closed) return;
    const context = this.graph();
    const opening = ++this.run;
    await this.open();
    if (context.state === 'suspended') await context.resume();
    if (opening !== this.run || this.closed) return; // meanwhile played, paused, sought or closed
    if (this.position >= this.duration - 0.01) this.startedFrom = 0;
    this.stopSources();
    const run = ++this.run;
    this.playing = true;
    this.scheduled = this.startedFrom;
    this.startedAt = Infinity; // set when the first piece has been read
    this.listen(this.listenTo);
    this.onchange();
    try {
      await this.fill(run);
    } catch (e) {
      if (run !== this.run) return;
      this.pause();
      this.onerror(e);
    }
  }

  pause(): void {
    this.startedFrom = Math.round(this.position * this.sampleRate);
    this.playing = false;
    this.run++;
    clearTimeout(this.timer);
    this.stopSources();
    void this.context?.suspend(); // no audio device is held while nothing plays
    this.onchange();
  }

  async seek(seconds: number): Promise<void> {
    const wasPlaying = this.playing;
    if (wasPlaying) this.pause();
    this.startedFrom = Math.round(Math.min(Math.max(0, seconds), this.duration) * this.sampleRate);
    this.onchange();
    if (wasPlaying) await this.play();
  }

  /** Samples of the original, for what listens to a stretch of it. */
  async read(from: number, to: number): Promise<{ sampleRate: number; channels: Float32Array<ArrayBuffer>[] }> {
    await this.open();
    const first = Math.round(from * this.sampleRate);
    return { sampleRate: this.sampleRate, channels: await this.original!.reader.read(first, Math.max(0, Math.min(this.frames, Math.round(to * this.sampleRate)) - first)) };
  }

  close(): void {
    this.closed = true;
    this.run++;
    if (this.playing) this.pause();
    this.original?.reader.close();
    this.cleaned?.reader.close();
    this.preview?.cleaner.destroy();
    void this.context?.close();
    this.context = null;
  }

  private graph(): AudioContext {
    // At the file's own rate: pieces follow each other on its sample grid, without a resampler's seam between them.
    return (this.context ??= new AudioContext({ sampleRate: this.sampleRate }));
  }

  private fader(): Fader {
    const gain = new GainNode(this.graph(), { gain: 0 });
    gain.connect(this.graph().destination);
    return { gain, level: 0 };
  }

  private stopSources(): void {
    for (const s of this.sources) s.onended = null, s.stop();
    this.sources.clear();
  }

  /** Keeps `aheadSeconds` scheduled until the end. */
  private async fill(run: number): Promise<void> {
    const context = this.graph();
    const count = Math.round(pieceSeconds * this.sampleRate);
    for (;;) {
      const from = this.scheduled;
      if (from >= this.frames) return this.endAfter(run);
      const voices = [this.original, this.cleaned].filter((v) => v !== null);
      const pieces = await Promise.all(voices.map((v) => v.reader.read(from, Math.min(count, this.frames - from))));
      if (run !== this.run) return;
      if (this.startedAt === Infinity) this.startedAt = Math.max(context.currentTime + 0.05, this.fadedBy);
      const when = this.startedAt + (from - this.startedFrom) / this.sampleRate;
      if (when < context.currentTime) this.startedAt += context.currentTime - when + 0.05; // reading was too slow: a pause, not a jump
      voices.forEach((v, i) => this.schedule(v, pieces[i]!, this.startedAt + (from - this.startedFrom) / this.sampleRate));
      this.scheduled = from + count;
      this.onchange();
      while (run === this.run && when - context.currentTime > aheadSeconds) {
        await new Promise((resolve) => (this.timer = window.setTimeout(resolve, 100)));
      }
      if (run !== this.run) return;
    }
  }

  private schedule(voice: Voice, channels: Float32Array<ArrayBuffer>[], when: number): void {
    const context = this.graph();
    const buffer = context.createBuffer(channels.length, channels[0]!.length, this.sampleRate);
    channels.forEach((c, i) => buffer.copyToChannel(c, i));
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(voice.gain);
    if (voice === this.original && this.preview) source.connect(this.preview.cleaner);
    source.onended = () => this.sources.delete(source);
    this.sources.add(source);
    source.start(when);
  }

  private endAfter(run: number): void {
    const left = this.duration - this.position;
    this.timer = window.setTimeout(() => {
      if (run !== this.run) return;
      this.pause();
      this.startedFrom = 0;
      this.onchange();
    }, Math.max(0, left) * 1000 + 50);
  }
}
