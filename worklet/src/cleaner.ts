// The live way: an AudioWorkletNode that cleans what goes through it.
import { addProcessor, loadCore, loadModels, type Assets } from './assets.js';
import type { Picture } from './engine.js';
import { RinseError, reasonOf } from './errors.js';
import type { Models } from './model.js';
import type { FromProcessor, ProcessorOptions, Stats, StepDown, ToProcessor } from './messages.js';
import { checkLive, checkRecipe, effectInfo, withoutVoiceNetwork, type EffectId, type EffectParams, type Recipe } from './recipe.js';

export interface CleanerOptions {
  /** A recipe or a preset's id; the default preset when absent. */
  recipe?: Recipe | string;
  /** 1 or 2; default 2. A mono microphone costs half as much with 1. */
  channels?: 1 | 2;
  /** For files that play, where a tenth of a second does not matter: recipes may look ahead a little (`playable`), which lags by more than 20 ms. */
  lookAhead?: boolean;
  /** The node gets a second input, for effects that listen to a side-chain (gates); what is connected there is not heard. */
  sideChain?: boolean;
  /**
   * Share of real time, 0 … 1, that processing may take; default 0.8. Where it stays above, the cleaner steps down: to a recipe without
   * networks, then to letting audio through. 0: never.
   */
  maxLoad?: number;
  assets?: Assets;
}

/** Of the event `stepdown`. */
export interface StepDownDetail {
  /** `classical`: a recipe without networks is in use; `through`: audio passes through and `cleaning` is false. */
  to: StepDown;
  /** Percent of real time that processing took. */
  loadPercent: number;
}

/**
 * An AudioWorkletNode. Dispatches `error` (an ErrorEvent whose `error` is a RinseError) when the engine fails while running; from then on
 * audio passes through unchanged and `cleaning` is false. Dispatches `stepdown` (a CustomEvent<StepDownDetail>) when the machine is too
 * slow for the recipe and another one is in use from now on.
 */
export interface Cleaner extends AudioWorkletNode {
  /** Seconds by which the output lags, exact. */
  readonly latency: number;
  /** False once the engine has failed or was too slow. Bypass does not change it. */
  readonly cleaning: boolean;
  /** Sets parameters of every step with that effect, or of step `step` only. Throws `bad-recipe`, and changes nothing, on bad values. */
  set<E extends EffectId>(effect: E, params: EffectParams[E], step?: number): void;
  /** Cross-fades to the input (delayed by the latency, so that time does not jump) and back. */
  bypass(on: boolean): void;
  /** Replaces the whole chain, with a fade where needed. */
  recipe(recipe: Recipe | string): Promise<void>;
  /** The recipe in use, with what `set` and `learn` changed. */
  readonly currentRecipe: Recipe;
  /** Lets every step that can learn from the coming `seconds`, in which there should be noise alone; resolves with the recipe. */
  learn(seconds: number): Promise<Recipe>;
  /** Load of the last seconds, worst quantum since the last call, levels and reduction at this moment. */
  stats(): Promise<Stats>;
  /** Spectra of this moment, of input, output and the noise that the recipe sees; null once cleaning has ended. */
  picture(): Promise<Picture | null>;
  /** Disconnects and frees everything. The node can't be used again. */
  destroy(): void;
}

const usualMaxLoad = 0.8;
const readyWithinMs = 10_000;
const answerWithinMs = 5_000;

/** Resolves when the node is really cleaning; rejects with a RinseError that says why it can't. */
export async function createCleaner(context: BaseAudioContext, options: CleanerOptions = {}): Promise<Cleaner> {
  const recipe = checkLive(checkRecipe(options.recipe), options.lookAhead ?? false);
  const channels = options.channels ?? 2;
  const [{ module, models }] = await Promise.all([loadCore(recipe, options.assets), addProcessor(context, options.assets)]);
  const core = { module, models: unsent(context, models) };
  const maxLoad = 'startRendering' in context ? 0 : (options.maxLoad ?? usualMaxLoad); // offline there is no time to keep
  const node = new (cleanerClass())(context, { core, recipe, cheaper: withoutVoiceNetwork(recipe), channels, sideChain: options.sideChain ?? false, maxLoad }, options.lookAhead ?? false, options.assets);
  try {
    await node.ready;
    markSent(context, models);
  } catch (e) {
    node.destroy();
    throw e;
  }
  return node;
}

// Each context's worklet is sent a network once; its nodes share it.
const sent = new WeakMap<BaseAudioContext, Set<string>>();

function unsent(context: BaseAudioContext, models: Models): Models {
  return Object.fromEntries(Object.entries(models).filter(([name]) => !sent.get(context)?.has(name)));
}

function markSent(context: BaseAudioContext, models: Models): void {
  sent.set(context, new Set([...(sent.get(context) ?? []), ...Object.keys(models)]));
}

type Pending = { resolve(value: unknown): void; reject(reason: RinseError): void };

// The class is made on first use: AudioWorkletNode does not exist where this package is only imported (server-side rendering, Node).
let made: ReturnType<typeof makeCleanerClass> | undefined;
const cleanerClass = () => (made ??= makeCleanerClass());

function makeCleanerClass() {
  return class RinseCleaner extends AudioWorkletNode implements Cleaner {
    readonly ready: Promise<void>;
    latency = 0;
    cleaning = false;
    currentRecipe: Recipe;
    private nextId = 1;
    private readonly pending = new Map<number, Pending>();
    private destroyed = false;

    constructor(
      context: BaseAudioContext,
      options: ProcessorOptions,
      private readonly lookAhead: boolean,
      private readonly assets: Assets | undefined,
    ) {
      super(context, 'rinse', {
        numberOfInputs: options.sideChain ? 2 : 1,
        numberOfOutputs: 1,
        outputChannelCount: [options.channels],
        channelCount: options.channels,
        channelCountMode: 'explicit',
        channelInterpretation: 'speakers',
        processorOptions: options,
      });
      this.currentRecipe = structuredClone(options.recipe);
      this.ready = new Promise<void>((resolve, reject) => {
        const tooLate = setTimeout(
          () => reject(new RinseError('no-worklet', `the audio worklet did not answer within ${readyWithinMs / 1000} s`)),
          readyWithinMs,
        );
        const settle = () => clearTimeout(tooLate);
        this.pending.set(0, {
          resolve: () => (settle(), resolve()),
          reject: (e) => (settle(), reject(e)),
        });
      });
      this.port.onmessage = (event: MessageEvent<FromProcessor>) => this.receive(event.data);
      this.port.onmessageerror = () => this.failed(new RinseError('no-worklet', 'a message to the audio worklet could not be read'));
      this.onprocessorerror = (e) =>
        this.failed(new RinseError('trapped', `the audio worklet failed: ${(e as ErrorEvent).message || 'the browser does not say why'}`));
    }

    private receive(message: FromProcessor): void {
      switch (message.type) {
        case 'ready':
          this.latency = message.latency / this.context.sampleRate;
          this.cleaning = true;
          return this.settle(0, (p) => p.resolve(undefined));
        case 'failed':
          return this.failed(new RinseError(message.code, message.message));
        case 'steppeddown':
          return this.steppedDown(message);
        case 'answer':
          return this.settle(message.id, (p) => p.resolve(message.value));
        case 'refused':
          return this.settle(message.id, (p) => p.reject(new RinseError(message.code, message.message)));
        default:
          message satisfies never;
      }
    }

    private settle(id: number, how: (p: Pending) => void): void {
      const pending = this.pending.get(id);
      this.pending.delete(id);
      if (pending) how(pending);
    }

    private steppedDown({ to, latency, loadPercent }: Extract<FromProcessor, { type: 'steppeddown' }>): void {
      this.latency = latency / this.context.sampleRate;
      if (to === 'through') this.cleaning = false;
      else this.currentRecipe = withoutVoiceNetwork(this.currentRecipe) ?? this.currentRecipe;
      this.dispatchEvent(new CustomEvent<StepDownDetail>('stepdown', { detail: { to, loadPercent } }));
    }

    private failed(error: RinseError): void {
      const starting = this.pending.has(0);
      this.cleaning = false;
      for (const id of [...this.pending.keys()]) this.settle(id, (p) => p.reject(error));
      if (!starting && !this.destroyed) {
        this.dispatchEvent(new ErrorEvent('error', { error, message: `Rinse stopped cleaning; audio passes through: ${error.message}` }));
      }
    }

    private post(message: ToProcessor): void {
      if (this.destroyed) throw new RinseError('no-worklet', 'this cleaner was destroyed');
      this.port.postMessage(message);
    }

    private ask<T>(message: ToProcessor extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never): Promise<T> {
      const id = this.nextId++;
      return new Promise<T>((resolve, reject) => {
        this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
        setTimeout(
          () => this.settle(id, (p) => p.reject(new RinseError('no-worklet', 'the audio worklet does not answer: its context may be closed'))),
          answerWithinMs,
        );
        try {
          this.post({ ...message, id } as ToProcessor);
        } catch (e) {
          this.pending.delete(id);
          reject(e);
        }
      });
    }

    set<E extends EffectId>(effect: E, params: EffectParams[E], step?: number): void {
      const info = effectInfo(effect);
      const chain = this.currentRecipe.chain.map((s, i) =>
        s.effect === effect && (step === undefined || step === i) ? { ...s, params: { ...s.params, ...params } } : s,
      );
      if (!chain.some((s, i) => s !== this.currentRecipe.chain[i])) {
        throw new RinseError('bad-recipe', `the recipe has no effect "${effect}"${step === undefined ? '' : ` at step ${step}`}`);
      }
      const changed = checkRecipe({ ...this.currentRecipe, chain });
      changed.chain.forEach((_, i) => {
        if (chain[i] === this.currentRecipe.chain[i]) return;
        for (const [id, value] of Object.entries(params as Record<string, number>)) {
          this.post({ type: 'set', step: i, param: info.params.findIndex((p) => p.id === id), value });
        }
      });
      this.currentRecipe = changed;
    }

    bypass(on: boolean): void {
      this.post({ type: 'bypass', on });
    }

    async recipe(recipe: Recipe | string): Promise<void> {
      const checked = checkLive(checkRecipe(recipe), this.lookAhead);
      const models = await loadModels(checked, this.assets);
      const before = this.currentRecipe;
      this.currentRecipe = structuredClone(checked); // what is set from now on is set on it
      try {
        const latency = await this.ask<number>({ type: 'recipe', recipe: checked, cheaper: withoutVoiceNetwork(checked), models: unsent(this.context, models) });
        markSent(this.context, models);
        this.latency = latency / this.context.sampleRate;
        this.cleaning = true;
      } catch (e) {
        this.currentRecipe = before;
        throw e;
      }
    }

    async learn(seconds: number): Promise<Recipe> {
      const steps = this.currentRecipe.chain.flatMap((s, i) => (effectInfo(s.effect).learns === 'stretch' ? [i] : []));
      await Promise.all(steps.map((step) => this.ask({ type: 'startLearning', step })));
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      for (const step of steps) {
        const learned = await this.ask<number[]>({ type: 'finishLearning', step });
        this.currentRecipe.chain[step]!.learned = learned;
      }
      return structuredClone(this.currentRecipe);
    }

    stats(): Promise<Stats> {
      return this.ask<Stats>({ type: 'stats' });
    }

    picture(): Promise<Picture | null> {
      return this.ask<Picture | null>({ type: 'picture' });
    }

    destroy(): void {
      if (this.destroyed) return;
      try {
        this.port.postMessage({ type: 'destroy' } satisfies ToProcessor);
      } catch (e) {
        console.warn('Rinse: the worklet was gone already:', reasonOf(e));
      }
      this.destroyed = true;
      this.failed(new RinseError('no-worklet', 'this cleaner was destroyed'));
      this.disconnect();
      this.port.onmessage = null;
      this.port.close();
    }
  };
}
