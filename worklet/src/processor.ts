// The AudioWorkletProcessor: copies a quantum into the engine, processes it, copies it out. When the engine fails, audio passes
// through unchanged; when it takes too long, a cheaper recipe takes over, and then nothing. The node is told of both. Bundled with the glue into rinse-processor.js; runs in AudioWorkletGlobalScope only.
/// <reference types="audioworklet" />
import type { Glue } from '#glue';
import { Delay } from './delay.js';
import { Engine, instantiate } from './engine.js';
import { RinseError, reasonOf } from './errors.js';
import { LoadWatch } from './load-watch.js';
import type { FromProcessor, ProcessorOptions, Stats, ToProcessor } from './messages.js';
import { addModels, type Models } from './model.js';
import type { Recipe } from './recipe.js';

const maxFrames = 4096; // longer quanta are processed in pieces
const loadSeconds = 8; // the load is a mean over this long at most
const glideSeconds = 0.02; // the engine's bypass glide (dsp/core/dry_wet.h)

// Where the worklet has no high-resolution clock, Date still gives a true mean over many quanta, but no worst block.
const clock = (globalThis as { performance?: { now(): number } }).performance;
const nowMs = clock ? () => clock.now() : () => Date.now();

// Instances of destroyed nodes, for the next ones: browsers reserve gigabytes of addresses for each instance's memory and free them late.
// One instance serves one node at a time, so that a node that traps takes no other along.
const idle: Glue[] = [];

// The networks that nodes of this context brought along: each is sent once.
const models: Models = {};

class RinseProcessor extends AudioWorkletProcessor {
  private readonly glue: Glue | undefined;
  private readonly channels: number;
  private readonly sideChain: boolean;
  private readonly watch: LoadWatch | null;
  private engine: Engine | null = null;
  /** What to go over to when the engine takes too long. */
  private cheaper: Recipe | null;
  /** What sounds when even that was too slow, and the block that goes through it; filled beside the engine until `leaveIn` frames have passed. */
  private through: { delay: Delay; block: Float32Array[] } | null = null;
  private leaveIn = 0;
  /** The engine of a new recipe, warming up beside the old one until `swapIn` frames have passed. */
  private next: Engine | null = null;
  private swapIn = 0;
  private bypassed = false;
  private failed = false;
  private destroyed = false;
  private busyMs = 0;
  private worstMs = 0;
  private frames = 0;
  private quantum = 128;

  constructor(options: AudioWorkletNodeOptions) {
    super();
    const { core, recipe, cheaper, channels, sideChain, maxLoad } = options.processorOptions as ProcessorOptions;
    this.channels = channels;
    this.sideChain = sideChain;
    this.cheaper = cheaper;
    this.watch = maxLoad > 0 ? new LoadWatch(sampleRate, maxLoad) : null;
    this.port.onmessage = (event: MessageEvent<ToProcessor>) => this.receive(event.data);
    try {
      Object.assign(models, core.models);
      this.glue = idle.pop();
      if (this.glue) addModels(this.glue, models);
      else this.glue = instantiate({ module: core.module, models });
      this.engine = this.make(recipe);
      this.send({ type: 'ready', latency: this.engine.latency });
    } catch (e) {
      this.fail(e, 'no-wasm');
    }
  }

  private make(recipe: Recipe): Engine {
    if (!this.glue) throw new RinseError('no-wasm', 'the engine never started');
    return new Engine(this.glue, recipe, { sampleRate, channels: this.channels, maxFrames, sideChain: this.sideChain });
  }

  private send(message: FromProcessor): void {
    this.port.postMessage(message);
  }

  private fail(thrown: unknown, code: RinseError['code']): void {
    this.failed = true;
    this.engine = this.next = this.through = null; // their memory may be damaged: left to the collector with the instance
    this.send({ type: 'failed', code: thrown instanceof RinseError ? thrown.code : code, message: reasonOf(thrown) });
  }

  private receive(message: ToProcessor): void {
    if (message.type === 'destroy') {
      this.destroyed = true;
      if (!this.failed && this.glue) {
        this.engine?.free();
        this.next?.free();
        idle.push(this.glue);
      }
      this.engine = this.next = this.through = null;
      this.port.close();
      return;
    }
    try {
      const value = this.obey(message);
      if ('id' in message) this.send({ type: 'answer', id: message.id, value });
    } catch (e) {
      if (!(e instanceof RinseError)) this.fail(e, 'trapped');
      if ('id' in message) {
        this.send({ type: 'refused', id: message.id, code: e instanceof RinseError ? e.code : 'trapped', message: reasonOf(e) });
      }
    }
  }

  private obey(message: Exclude<ToProcessor, { type: 'destroy' }>): unknown {
    if (this.failed && message.type !== 'stats') throw new RinseError('trapped', 'cleaning has failed; audio passes through unchanged');
    switch (message.type) {
      case 'set':
        this.engine?.set(message.step, message.param, message.value);
        this.next?.set(message.step, message.param, message.value);
        return undefined;
      case 'bypass':
        this.bypassed = message.on;
        if (!this.next) this.engine?.bypass(message.on);
        return undefined;
      case 'recipe':
        addModels(this.glue!, Object.assign(models, message.models));
        this.cheaper = message.cheaper;
        return this.exchange(message.recipe);
      case 'startLearning':
        return (this.next ?? this.engine)?.startLearning(message.step);
      case 'finishLearning':
        return (this.next ?? this.engine)?.finishLearning(message.step);
      case 'stats':
        return this.stats();
      case 'picture':
        return this.engine?.picture ?? null;
      default:
        return message satisfies never;
    }
  }

  /** Fades to dry, lets the new engine fill up beside the old one, swaps, fades to wet: no click while the latency stays. */
  private exchange(recipe: Recipe): number {
    const next = this.make(recipe);
    this.next?.free();
    this.next = next;
    next.bypass(true);
    this.engine?.bypass(true);
    this.swapIn = Math.max(next.latency, Math.ceil(glideSeconds * sampleRate));
    return next.latency;
  }

  /** The engine has taken too long for a while: the cheaper recipe, or, where there is none, what comes in, delayed as before. */
  private stepDown(): void {
    const loadPercent = 100 * this.watch!.share;
    if (this.cheaper) {
      const latency = this.exchange(this.cheaper);
      this.cheaper = null;
      return this.send({ type: 'steppeddown', to: 'classical', latency, loadPercent });
    }
    const { latency } = this.engine!;
    this.engine!.bypass(true);
    this.leaveIn = Math.max(latency, Math.ceil(glideSeconds * sampleRate));
    this.through = { delay: new Delay(this.channels, latency), block: Array.from({ length: this.channels }, () => new Float32Array(maxFrames)) };
    this.send({ type: 'steppeddown', to: 'through', latency, loadPercent });
  }

  private stats(): Stats {
    const lastedMs = (this.frames / sampleRate) * 1000;
    const stats: Stats = {
      loadPercent: lastedMs > 0 ? (100 * this.busyMs) / lastedMs : 0,
      worstPercent: clock ? (100 * this.worstMs) / ((this.quantum / sampleRate) * 1000) : null,
      inputDb: this.engine?.inputDb ?? -200,
      outputDb: this.engine?.outputDb ?? -200,
      reductionDb: this.engine?.reductionDb ?? 0,
      badSamples: this.engine?.badSamples ?? 0,
      speechPresence: this.engine?.speechPresence ?? null,
      cleaning: this.engine !== null && !this.through && !this.bypassed,
    };
    this.worstMs = 0;
    return stats;
  }

  private fill(channels: Float32Array[], input: Float32Array[], from: number, count: number): void {
    for (let c = 0; c < this.channels; c++) {
      const to = channels[c]!;
      const source = input.length ? input[Math.min(c, input.length - 1)]! : null;
      if (!source) to.fill(0, 0, count);
      else for (let i = 0; i < count; i++) to[i] = source[from + i]!;
    }
  }

  /** One piece of a quantum, in place in the engine's buffers. */
  private run(engine: Engine, input: Float32Array[], key: Float32Array[], from: number, count: number): void {
    this.fill(engine.channels, input, from, count);
    if (this.sideChain) {
      const to = engine.channels[this.channels]!;
      for (let i = 0; i < count; i++) {
        let sum = 0;
        for (const c of key) sum += c[from + i]!;
        to[i] = key.length ? sum / key.length : 0;
      }
    }
    engine.process(count);
  }

  private clean(input: Float32Array[], key: Float32Array[], output: Float32Array[]): void {
    const total = output[0]!.length;
    for (let from = 0; from < total; from += maxFrames) {
      const count = Math.min(maxFrames, total - from);
      if (this.next) this.run(this.next, input, key, from, count);
      if (this.engine) this.run(this.engine, input, key, from, count);
      if (this.through) {
        this.fill(this.through.block, input, from, count);
        this.through.delay.process(this.through.block, 0, count);
      }
      const cleaned = this.engine?.channels ?? this.through!.block;
      for (let c = 0; c < output.length; c++) {
        const source = cleaned[Math.min(c, this.channels - 1)]!;
        const to = output[c]!;
        for (let i = 0; i < count; i++) to[from + i] = source[i]!;
      }
      this.change(count);
    }
  }

  /** What was to be in use after so many more frames. */
  private change(count: number): void {
    if (this.next && (this.swapIn -= count) <= 0) {
      this.engine?.free();
      this.engine = this.next;
      this.next = this.through = null;
      this.engine.bypass(this.bypassed);
    } else if (this.through && this.engine && (this.leaveIn -= count) <= 0) {
      this.engine.free();
      this.engine = null;
    }
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const input = inputs[0] ?? [];
    const output = outputs[0]!;
    if (this.destroyed) return false;
    if (this.engine || this.through) {
      try {
        const start = nowMs();
        this.clean(input, inputs[1] ?? [], output);
        const spent = nowMs() - start;
        this.busyMs += spent;
        if (spent > this.worstMs) this.worstMs = spent;
        this.quantum = output[0]!.length;
        this.frames += this.quantum;
        if (this.frames > loadSeconds * sampleRate) this.frames /= 2, this.busyMs /= 2; // the past counts less and less
        if (this.watch?.add(this.quantum, spent) && !this.next && !this.through) this.stepDown();
        return true;
      } catch (e) {
        this.fail(e, 'trapped');
      }
    }
    for (let c = 0; c < output.length && input.length > 0; c++) output[c]!.set(input[Math.min(c, input.length - 1)]!);
    return true;
  }
}

registerProcessor('rinse', RinseProcessor as unknown as AudioWorkletProcessorConstructor);
