// A sound or video file as planar samples from time 0 on, without gaps, without what the coder put before and behind. In a worker.
import {
  ADTS,
  AudioSampleSink,
  BlobSource,
  FLAC,
  Input,
  InputAudioTrack,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  WAVE,
  WEBM,
  type AudioSample,
} from 'mediabunny';
import { RinseError, reasonOf } from './errors.js';
import { id3Size, matroskaCodecDelay, mp3Gapless, type Gapless } from './gapless.js';
import { checkLimits } from './limits.js';

export interface PcmFile {
  input: Input;
  track: InputAudioTrack;
  sampleRate: number;
  channels: number;
  /** As far as is known before reading, samples. */
  expectedFrames: number;
  /** Exact where the container says it; otherwise the sound is as long as it decodes. */
  exactFrames: number | undefined;
  video: boolean;
  warnings: string[];
  /** Samples before time 0 (negative: drop). */
  offset: number;
}

// Whole files only: a playlist (HLS) would make the demuxer fetch from elsewhere.
const formats = [WAVE, MP3, MP4, QTFF, FLAC, OGG, WEBM, MATROSKA, ADTS];
const headBytes = 1 << 18; // Matroska's seek head lies before its tracks
const preRollSeconds = 0.1; // what coders need to sound right after a jump: MP3's bit reservoir is the longest
const indexBytes = 1 << 22; // the index of hours of sound
const longestSilence = 3600; // seconds of silence that a hole in the time stamps may become

export async function openPcm(file: Blob): Promise<PcmFile> {
  if (file.size === 0) throw new RinseError('empty-file', 'the file is empty');
  const input = new Input({ source: new BlobSource(file), formats });
  const name = await input
    .getFormat()
    .then((f) => f.name)
    .catch(() => {
      throw new RinseError(
        'not-media',
        'this is no sound or video file that can be read here; WAV, MP3, M4A/AAC, FLAC, Ogg, Opus, WebM, MP4, MOV and MKV are',
      );
    });
  const track = await primaryAudio(input).catch(async (e: unknown) => {
    if (await isProtected(file)) throw new RinseError('undecodable', 'the sound is encrypted (copy protection): it can only be played where it was bought');
    throw e;
  });
  const [sampleRate, channels, codec] = await Promise.all([track.getSampleRate(), track.getNumberOfChannels(), track.getCodec()]);
  if (!codec) {
    throw new RinseError('undecodable', `the sound is in a codec that is not known here (${String(await track.getInternalCodecId())}), or it is encrypted`);
  }
  checkLimits(sampleRate, channels);
  if (!(await track.canDecode())) throw new RinseError('undecodable', `this browser can't decode ${codec}`);

  const gapless = await gaplessOf(file, name, track, codec, sampleRate);
  const duration = await track.computeDuration().catch(() => 0);
  // The LAME tag speaks of one MP3; where several were joined, the packets know better.
  if (gapless.frames !== undefined && duration * sampleRate > gapless.frames + 4 * 1152) delete gapless.frames;
  // Matroska's last packet has no duration of its own: what was decoded counts there.
  const exact = gapless.frames ?? (/Matroska|WebM|MP3|ADTS/.test(name) ? undefined : Math.round(duration * sampleRate));
  if (exact === 0) throw new RinseError('bad-audio', 'the sound has no samples');
  return {
    input,
    track,
    sampleRate,
    channels,
    expectedFrames: exact ?? Math.round(duration * sampleRate),
    exactFrames: exact,
    video: (await input.getPrimaryVideoTrack()) !== null,
    warnings: name === 'WAVE' ? await wavCutShort(file) : [],
    offset: -gapless.skip,
  };
}

/** Whether an MP4's index has a protection scheme (the boxes `sinf` and `schm` of ISO/IEC 14496-12, 8.12), at the file's start or end. */
async function isProtected(file: Blob): Promise<boolean> {
  const parts = [file.slice(0, indexBytes), file.slice(Math.max(indexBytes, file.size - indexBytes))];
  const texts = await Promise.all(parts.map(async (p) => new TextDecoder('latin1').decode(await p.arrayBuffer())));
  return texts.some((t) => t.includes('sinf') && t.includes('schm'));
}

async function primaryAudio(input: Input): Promise<InputAudioTrack> {
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track) return track;
  } catch (e) {
    throw new RinseError('truncated', `the file ends before its sound can be found, or is damaged: ${reasonOf(e)}`, { cause: e });
  }
  if ((await input.getTracks()).length === 0) throw new RinseError('truncated', 'the file ends before its index, or is damaged: nothing in it can be found');
  throw new RinseError('no-audio', 'the file has no sound');
}

/** Demuxers take a cut WAV for a short one: its header tells them apart. (0 and 2^32 - 1 are what recorders write that never came back.) */
async function wavCutShort(file: Blob): Promise<string[]> {
  const promised = new DataView(await file.slice(0, 8).arrayBuffer()).getUint32(4, true);
  if (promised === 0 || promised === 0xffffffff || promised + 8 <= file.size + 1) return [];
  return [`The file ends early: it promises ${promised + 8} bytes and holds ${file.size}. What is there is read.`];
}

async function gaplessOf(file: Blob, format: string, track: InputAudioTrack, codec: string, sampleRate: number): Promise<Gapless> {
  const head = async () => new Uint8Array(await file.slice(0, headBytes).arrayBuffer());
  if (format === 'MP3') {
    let at = 0;
    for (let size = 1; size > 0; at += size) size = id3Size(new Uint8Array(await file.slice(at, at + 10).arrayBuffer()));
    return mp3Gapless(new Uint8Array(await file.slice(at, at + 4096).arrayBuffer()));
  }
  if (/Matroska|WebM/.test(format) && codec !== 'opus') {
    return { skip: Math.round((matroskaCodecDelay(await head(), track.id) * sampleRate) / 1e9) };
  }
  return { skip: 0 };
}

/** Pieces of planar samples, contiguous from sample `from` on. A piece is good until the next one is asked for: the arrays are used again. */
export async function* readPcm(pcm: PcmFile, from = 0): AsyncGenerator<Float32Array<ArrayBuffer>[], void> {
  const { sampleRate, channels } = pcm;
  const end = pcm.exactFrames ?? Infinity;
  let at = from; // the next sample to give
  let first = true;
  let scratch = Array.from({ length: channels }, () => new Float32Array(0));
  const seconds = from > 0 ? Math.max(0, (from - pcm.offset) / sampleRate - preRollSeconds) : undefined;
  try {
    for await (const sample of new AudioSampleSink(pcm.track).samples(seconds)) {
      if (scratch[0]!.length < sample.numberOfFrames) scratch = scratch.map(() => new Float32Array(sample.numberOfFrames));
      const piece = planar(sample, scratch);
      // Whatever lies within half a millisecond of where it is expected follows on: time stamps are rounded in most containers.
      let start = Math.round(sample.timestamp * sampleRate) + pcm.offset;
      const follows = Math.abs(start - at) <= sampleRate / 2000 || start < at;
      if (first ? from === 0 && Math.abs(start) <= sampleRate / 2000 : follows) start = at;
      if (start > at) {
        if (start - at > longestSilence * sampleRate) throw new RinseError('truncated', 'the time stamps jump by more than an hour');
        const silence = Math.min(start, end) - at;
        if (silence > 0) yield Array.from({ length: channels }, () => new Float32Array(silence));
        at += Math.max(0, silence);
      }
      const drop = Math.max(0, at - start); // before time 0, or the pre-roll of a jump
      const count = Math.min(piece[0]!.length - drop, end - at);
      if (count <= 0) {
        first = first && from > 0; // still in the pre-roll
        continue;
      }
      first = false;
      at += count;
      yield drop || count < piece[0]!.length ? piece.map((c) => c.subarray(drop, drop + count)) : piece;
    }
  } catch (e) {
    if (e instanceof RinseError) throw e;
    if (at === from) throw new RinseError('undecodable', `the sound could not be decoded: ${reasonOf(e)}`, { cause: e });
    pcm.warnings.push(`The sound is damaged after ${(at / sampleRate).toFixed(1)} s (${reasonOf(e)}); only what comes before was read.`);
  }
  if (at === 0) throw new RinseError('bad-audio', 'the sound has no samples');
  if (pcm.exactFrames !== undefined && at < pcm.exactFrames - sampleRate / 10) {
    pcm.warnings.push(`The file ends early: it promises ${(pcm.exactFrames / sampleRate).toFixed(1)} s and holds ${(at / sampleRate).toFixed(1)} s.`);
  }
}

/** Copies the samples out and closes what held them. */
function planar(sample: AudioSample, scratch: Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer>[] {
  try {
    return scratch.map((into, c) => {
      const to = into.subarray(0, sample.numberOfFrames);
      sample.copyTo(to, { planeIndex: Math.min(c, sample.numberOfChannels - 1), format: 'f32-planar' });
      return to;
    });
  } finally {
    sample.close();
  }
}
