// A side-chain beside the sound: one channel that effects listen to (EffectInfo.sideChain), read along with the sound's pieces.
import type { Core } from './engine.js';
import { instantiate } from './engine.js';
import { RinseError } from './errors.js';
import { effectInfo, type Recipe } from './recipe.js';

type Pieces = AsyncIterable<Float32Array[]> | Iterable<Float32Array[]>;

/** Throws `bad-recipe` where nothing in the recipe would listen. */
export function checkSideChain(recipe: Recipe, sideChain: unknown): void {
  if (sideChain && !recipe.chain.some((s) => effectInfo(s.effect).sideChain)) throw new RinseError('bad-recipe', 'no effect of the recipe listens to a side-chain; a gate does');
}

/** The mean of a side-chain's channels at `rate`, with silence behind its end. */
export class SideChain {
  private readonly pieces: AsyncIterator<Float32Array[]> | Iterator<Float32Array[]>;
  private readonly convert: (samples: Float32Array, last: boolean) => Float32Array;
  private waiting: Float32Array = new Float32Array(0);
  private more = true;

  constructor(core: Core, pieces: Pieces, from: number, rate: number) {
    this.pieces = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
    this.convert = from === rate ? (samples) => samples : resampler(core, from, rate);
  }

  async read(frames: number): Promise<Float32Array> {
    const to = new Float32Array(frames);
    let filled = 0;
    while (filled < frames) {
      if (this.waiting.length === 0) {
        if (!this.more) break;
        const piece = await this.pieces.next();
        this.more = !piece.done;
        this.waiting = this.convert(piece.done ? new Float32Array(0) : mean(piece.value), !this.more);
        continue;
      }
      const part = this.waiting.subarray(0, frames - filled);
      to.set(part, filled);
      filled += part.length;
      this.waiting = this.waiting.subarray(part.length);
    }
    return to;
  }
}

/** The pieces of the sound with the side-chain's samples as one channel more. */
export async function* beside(pieces: Pieces, sideChain: SideChain): AsyncGenerator<Float32Array[], void> {
  for await (const piece of pieces) yield [...piece, await sideChain.read(piece[0]!.length)];
}

function mean(channels: Float32Array[]): Float32Array {
  const sum = Float32Array.from(channels[0]!);
  for (const c of channels.slice(1)) for (let i = 0; i < sum.length; i++) sum[i]! += c[i]!;
  return channels.length > 1 ? sum.map((x) => x / channels.length) : sum;
}

const piece = 4096; // frames at a time

function resampler(core: Core, from: number, to: number): (samples: Float32Array, last: boolean) => Float32Array {
  const glue = instantiate(core);
  const binding = new glue.Resampler(from, to, piece);
  return (samples, last) => {
    const out: Float32Array[] = [];
    const all = last ? new Float32Array(samples.length + binding.lookAhead()) : samples; // what it still holds comes out behind silence
    if (last) all.set(samples);
    for (let at = 0; at < all.length; at += piece) {
      const part = all.subarray(at, at + piece);
      glue.HEAPF32.set(part, binding.input() >> 2);
      const made = binding.process(part.length);
      out.push(glue.HEAPF32.slice(binding.output() >> 2, (binding.output() >> 2) + made));
    }
    const joined = new Float32Array(out.reduce((n, x) => n + x.length, 0));
    out.reduce((at, x) => (joined.set(x, at), at + x.length), 0);
    return joined;
  };
}
