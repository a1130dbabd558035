// What containers say about samples that are coded but not meant to be heard, where the demuxer leaves it to us: the LAME tag of MP3
// and the codec delay of AAC in Matroska.

export interface Gapless {
  /** Samples to drop at the start of what the decoder gives. */
  skip: number;
  /** Samples that remain; undefined: all. */
  frames?: number;
}

const mp3DecoderDelay = 529; // samples that every MP3 decoder adds (the LAME tag specification, "gapless playback")

/** Bytes of the ID3v2 tag that begins with these ten; 0: none does. */
export function id3Size(head: Uint8Array): number {
  if (head.length < 10 || String.fromCharCode(...head.subarray(0, 3)) !== 'ID3') return 0;
  return 10 + ((head[6]! << 21) | (head[7]! << 14) | (head[8]! << 7) | head[9]!) + (head[5]! & 0x10 ? 10 : 0);
}

/**
 * The encoder delay and padding in the Xing/Info frame of an MP3 file's first bytes; nothing when there is no such frame.
 * http://gabriel.mp3-tech.org/mp3infotag.html
 */
export function mp3Gapless(head: Uint8Array): Gapless {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const text = (at: number, length: number) => String.fromCharCode(...head.subarray(at, at + length));
  let at = id3Size(head);
  while (at + 4 < head.length && !(head[at] === 0xff && (head[at + 1]! & 0xe0) === 0xe0)) at++;
  if (at + 200 > head.length) return { skip: 0 };
  const mpeg1 = (head[at + 1]! & 0x18) === 0x18;
  const mono = (head[at + 3]! & 0xc0) === 0xc0;
  const tag = at + 4 + (mpeg1 ? (mono ? 17 : 32) : mono ? 9 : 17);
  if (!['Xing', 'Info'].includes(text(tag, 4))) return { skip: 0 };
  const flags = view.getUint32(tag + 4);
  const blocks = flags & 1 ? view.getUint32(tag + 8) : 0;
  const lame = tag + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
  if (!/^(LAME|Lavf|Lavc)/.test(text(lame, 4))) return { skip: 0 };
  const packed = (head[lame + 21]! << 16) | (head[lame + 22]! << 8) | head[lame + 23]!;
  const delay = packed >> 12;
  const padding = packed & 0xfff;
  const skip = delay + mp3DecoderDelay;
  return blocks ? { skip, frames: blocks * (mpeg1 ? 1152 : 576) - delay - padding } : { skip };
}

const ebml = { segment: 0x18538067, tracks: 0x1654ae6b, entry: 0xae, number: 0xd7, codecDelay: 0x56aa };

/** CodecDelay of track `number` in nanoseconds, from the first bytes of a Matroska file (RFC 9559, 5.1.4.1.28); 0 when there is none. */
export function matroskaCodecDelay(head: Uint8Array, number: number): number {
  /** An EBML variable-length integer: its value (with or without the length marker) and size. */
  const vint = (at: number, keepMarker: boolean): [number, number] => {
    const first = head[at] ?? 0;
    const size = Math.clz32(first) - 23;
    if (size > 8) return [0, 9];
    let value = keepMarker ? first : first & (0xff >> size);
    for (let i = 1; i < size; i++) value = value * 256 + (head[at + i] ?? 0);
    return [value, size];
  };
  const uint = (from: number, to: number) => head.subarray(from, to).reduce((sum, byte) => sum * 256 + byte, 0);
  const walk = (from: number, to: number, visit: (id: number, from: number, to: number) => void) => {
    for (let at = from; at < to; ) {
      const [id, idSize] = vint(at, true);
      const [length, lengthSize] = vint(at + idSize, false);
      const start = at + idSize + lengthSize;
      visit(id, start, Math.min(start + length, to));
      at = start + length;
    }
  };
  let delay = 0;
  walk(0, head.length, (id, from, to) => {
    if (id !== ebml.segment) return;
    walk(from, to, (inner, tracksFrom, tracksTo) => {
      if (inner !== ebml.tracks) return;
      walk(tracksFrom, tracksTo, (entry, entryFrom, entryTo) => {
        if (entry !== ebml.entry) return;
        let ofTrack = 0;
        let found = 0;
        walk(entryFrom, entryTo, (field, a, b) => {
          if (field === ebml.number) ofTrack = uint(a, b);
          if (field === ebml.codecDelay) found = uint(a, b);
        });
        if (ofTrack === number) delay = found;
      });
    });
  });
  return delay;
}
