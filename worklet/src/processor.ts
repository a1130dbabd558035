// The AudioWorkletProcessor: copies a quantum into the engine, processes it, copies it out. When the engine fails, audio passes
// through unchanged and the node is told. Bundled with the glue into rinse-processor.js; runs in AudioWorkletGlobalScope only.
/// <reference types="audioworklet" />
import type { Glue } from '#glue';
import { Engine, instantiate } from './engine.js';
import { RinseError, reasonOf } from './errors.js';
import type { FromProcessor, ProcessorOptions, Stats, ToProcessor } from './messages.js';
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

class RinseProcessor extends AudioWorkletProcessor {
  private readonly glue: Glue | undefined;
  private readonly channels: number;
  private engine: Engine | null = null;
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
    const { module, recipe, channels } = options.processorOptions as ProcessorOptions;
    this.channels = channels;
    this.port.onmessage = (event: MessageEvent<ToProcessor>) => this.receive(event.data);
    try {
      this.glue = idle.pop() ?? instantiate(module);
      this.engine = this.make(recipe);
      this.send({ type: 'ready', latency: this.engine.latency });
    } catch (e) {
      this.fail(e, 'no-wasm');
    }
  }

  private make(recipe: Recipe): Engine {
    if (!this.glue) throw new RinseError('no-wasm', 'the engine never started');
    return new Engine(this.glue, recipe, { sampleRate, channels: this.channels, maxFrames });
  }

  private send(message: FromProcessor): void {
    this.port.postMessage(message);
  }

  private fail(thrown: unknown, code: RinseError['code']): void {
    this.failed = true;
    this.engine = this.next = null; // their memory may be damaged: left to the collector with the instance
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
      this.engine = this.next = null;
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
        return this.exchange(message.recipe);
      case 'startLearning':
        return (this.next ?? this.engine)?.startLearning(message.step);
      case 'finishLearning':
        return (this.next ?? this.engine)?.finishLearning(message.step);
      case 'stats':
        return this.stats();
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

  private stats(): Stats {
    const lastedMs = (this.frames / sampleRate) * 1000;
    const stats: Stats = {
      loadPercent: lastedMs > 0 ? (100 * this.busyMs) / lastedMs : 0,
      worstPercent: clock ? (100 * this.worstMs) / ((this.quantum / sampleRate) * 1000) : null,
      inputDb: this.engine?.inputDb ?? -200,
      outputDb: this.engine?.outputDb ?? -200,
      reductionDb: this.engine?.reductionDb ?? 0,
      badSamples: this.engine?.badSamples ?? 0,
      cleaning: this.engine !== null && !this.bypassed,
    };
    this.worstMs = 0;
    return stats;
  }

  /** One piece of a quantum, in place in the engine's buffers. */
  private run(engine: Engine, input: Float32Array[], from: number, count: number): void {
    for (let c = 0; c < this.channels; c++) {
      const to = engine.channels[c]!;
      const source = input.length ? input[Math.min(c, input.length - 1)]! : null;
      if (!source) to.fill(0, 0, count);
      else for (let i = 0; i < count; i++) to[i] = source[from + i]!;
    }
    engine.process(count);
  }

  private clean(input: Float32Array[], output: Float32Array[]): void {
    const total = output[0]!.length;
    for (let from = 0; from < total; from += maxFrames) {
      const count = Math.min(maxFrames, total - from);
      if (this.next) this.run(this.next, input, from, count);
      this.run(this.engine!, input, from, count);
      for (let c = 0; c < output.length; c++) {
        const source = this.engine!.channels[Math.min(c, this.channels - 1)]!;
        const to = output[c]!;
        for (let i = 0; i < count; i++) to[from + i] = source[i]!;
      }
      if (this.next && (this.swapIn -= count) <= 0) {
        this.engine!.free();
        this.engine = this.next;
        this.next = null;
        this.engine.bypass(this.bypassed);
      }
    }
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const input = inputs[0] ?? [];
    const output = outputs[0]!;
    if (this.destroyed) return false;
    if (this.engine) {
      try {
        const start = nowMs();
        this.clean(input, output);
        const spent = nowMs() - start;
        this.busyMs += spent;
        if (spent > this.worstMs) this.worstMs = spent;
        this.quantum = output[0]!.length;
        this.frames += this.quantum;
        if (this.frames > loadSeconds * sampleRate) this.frames /= 2, this.busyMs /= 2; // the past counts less and less
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
