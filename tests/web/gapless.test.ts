import { describe, expect, it } from 'vitest';
import { matroskaCodecDelay, mp3Gapless } from '../../worklet/src/gapless';

/** The first frame of an MP3 (MPEG 1 layer III, 48 kHz, stereo) with a LAME tag. */
function mp3({ delay, padding, frames, id3 = 0 }: { delay: number; padding: number; frames: number; id3?: number }): Uint8Array {
  const head = new Uint8Array(id3 + 600);
  if (id3) head.set([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, (id3 - 10) >> 7, (id3 - 10) & 0x7f]);
  head.set([0xff, 0xfb, 0x94, 0x00], id3);
  const tag = id3 + 4 + 32;
  const text = (s: string, at: number) => head.set([...s].map((c) => c.charCodeAt(0)), at);
  text('Xing', tag);
  const view = new DataView(head.buffer);
  view.setUint32(tag + 4, 1 | 2 | 4 | 8);
  view.setUint32(tag + 8, frames);
  const lame = tag + 8 + 4 + 4 + 100 + 4;
  text('LAME3.100', lame);
  head.set([delay >> 4, ((delay & 15) << 4) | (padding >> 8), padding & 255], lame + 21);
  return head;
}

describe('mp3Gapless', () => {
  it('reads delay and length from the LAME tag', () => {
    expect(mp3Gapless(mp3({ delay: 576, padding: 960, frames: 116 }))).toEqual({ skip: 1105, frames: 116 * 1152 - 576 - 960 });
  });
  it('finds it behind an ID3 tag', () => {
    expect(mp3Gapless(mp3({ delay: 576, padding: 0, frames: 10, id3: 300 })).skip).toBe(1105);
  });
  it('drops nothing where there is no tag, or hardly a file', () => {
    const plain = new Uint8Array(600);
    plain.set([0xff, 0xfb, 0x94, 0]);
    for (const head of [plain, new Uint8Array(0), new Uint8Array(3), new Uint8Array(600)]) expect(mp3Gapless(head)).toEqual({ skip: 0 });
  });
});

describe('matroskaCodecDelay', () => {
  const element = (id: number[], body: number[]) => [...id, 0x40 | (body.length >> 8), body.length & 255, ...body];
  const track = (number: number, delayNs: number) =>
    element([0xae], [...element([0xd7], [number]), ...element([0x56, 0xaa], [delayNs >>> 24, (delayNs >> 16) & 255, (delayNs >> 8) & 255, delayNs & 255])]);
  const file = (...tracks: number[][]) =>
    Uint8Array.from([
      ...element([0x1a, 0x45, 0xdf, 0xa3], [0x42, 0x86, 0x81, 1]),
      ...[0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // a segment of unknown length
      ...element([0x16, 0x54, 0xae, 0x6b], tracks.flat()),
    ]);

  it('finds the delay of the track that is asked for', () => {
    const head = file(track(1, 0), track(2, 21333333));
    expect(matroskaCodecDelay(head, 2)).toBe(21333333);
    expect(matroskaCodecDelay(head, 1)).toBe(0);
    expect(matroskaCodecDelay(head, 3)).toBe(0);
  });
  it('survives rubbish', () => {
    for (let seed = 1; seed < 200; seed++) {
      const bytes = Uint8Array.from({ length: 500 }, (_, i) => (Math.imul(i + 1, seed * 2654435761) >>> 13) & 255);
      expect(matroskaCodecDelay(bytes, 1)).toBeTypeOf('number');
      expect(mp3Gapless(bytes).skip).toBeTypeOf('number');
    }
  });
});
