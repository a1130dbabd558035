// What the cleaned file is: its container, the codec of its sound, and the pictures that come along.
import {
  canEncodeAudio,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  QUALITY_VERY_HIGH,
  WavOutputFormat,
  WebMOutputFormat,
  type AudioCodec,
  type InputVideoTrack,
  type Output,
  type OutputFormat,
} from 'mediabunny';
import { RinseError } from './errors.js';
import type { FileFormat } from './formats.js';
import type { PcmFile } from './pcm.js';

interface OutputPlan {
  format: FileFormat;
  container: OutputFormat;
  encoding: { codec: AudioCodec; bitrate?: typeof QUALITY_VERY_HIGH };
  /** Samples that the decoder of the result will give before the first one of the sound. */
  priming: number;
  video: InputVideoTrack | null;
}

const wavLimit = 4e9; // bytes a plain WAV can hold; beyond it is written as RF64
const wavCodecs = { 'wav-16': 'pcm-s16', 'wav-24': 'pcm-s24', 'wav-float': 'pcm-f32' } as const;
const bytesOf = { 'wav-16': 2, 'wav-24': 3, 'wav-float': 4 } as const;

export async function planOutput(wanted: FileFormat | undefined, pcm: PcmFile): Promise<OutputPlan> {
  const format = wanted ?? (pcm.video ? 'same-video' : 'wav-24');
  if (format !== 'same-video') {
    const large = pcm.expectedFrames * pcm.channels * bytesOf[format] > wavLimit;
    return { format, container: new WavOutputFormat({ large }), encoding: { codec: wavCodecs[format] }, priming: 0, video: null };
  }
  const video = await pcm.input.getPrimaryVideoTrack();
  if (!video) throw new RinseError('bad-audio', 'the file has no pictures: choose a WAV format');
  const name = (await pcm.input.getFormat()).name;
  const container =
    name === 'MP4' ? new Mp4OutputFormat({ fastStart: false })
    : name === 'QuickTime File Format' ? new MovOutputFormat({ fastStart: false })
    : name === 'WebM' ? new WebMOutputFormat()
    : new MkvOutputFormat();
  return { format, container, ...(await soundFor(container, pcm)), video };
}

// AAC by the encoder that comes with Rinse (FFmpeg's, in WebAssembly), not by the browser's: its delay is known (libavcodec/aacenc.c,
// initial_padding), so that the sound can be placed to the sample. Time stamps before 0 become an edit list, which Matroska lacks.
const aacPriming = 1024; // samples

/** The AAC encoder runs in a worker from a blob and would wait forever where a policy (sent as a header) forbids that. */
function canStartBlobWorker(): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const url = URL.createObjectURL(new Blob(['postMessage(0)'], { type: 'text/javascript' }));
    const worker = new Worker(url);
    const end = (works: boolean) => {
      worker.terminate();
      URL.revokeObjectURL(url);
      resolve(works);
    };
    worker.onmessage = () => end(true);
    worker.onerror = () => end(false);
    setTimeout(() => end(false), 3000);
  }).catch(() => false);
}

/** The codec the sound had, if it can be had again and kept in place; else the best that the container takes. */
async function soundFor(container: OutputFormat, pcm: PcmFile): Promise<{ encoding: OutputPlan['encoding']; priming: number }> {
  const spec = { numberOfChannels: pcm.channels, sampleRate: pcm.sampleRate, bitrate: QUALITY_VERY_HIGH };
  const own = await pcm.track.getCodec();
  for (const codec of [own, 'aac', 'opus', 'pcm-s24', 'pcm-s16'] as const) {
    if (!codec || !container.getSupportedAudioCodecs().includes(codec)) continue;
    if (codec.startsWith('pcm')) return { encoding: { codec }, priming: 0 };
    if (codec === 'aac') {
      if (container.negativeTimestampSupport !== 'full' || !(await canStartBlobWorker())) continue;
      (await import('@mediabunny/aac-encoder')).registerAacEncoder();
    }
    if (!(await canEncodeAudio(codec, spec))) continue;
    return { encoding: { codec, bitrate: QUALITY_VERY_HIGH }, priming: codec === 'aac' ? aacPriming : 0 };
  }
  throw new RinseError('undecodable', `this browser can encode no sound that the video's container takes; choose a WAV format`);
}

/** Adds the video track; the function it gives copies the packets as they are. */
export async function videoCopy(track: InputVideoTrack, output: Output): Promise<() => Promise<void>> {
  const codec = await track.getCodec();
  const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
  if (!codec) throw new RinseError('undecodable', 'the pictures are in a codec that is not known here: choose a WAV format');
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source, { rotation: await track.getRotation(), languageCode: await track.getLanguageCode() });
  return async () => {
    for await (const packet of new EncodedPacketSink(track).packets()) {
      await source.add(packet, { decoderConfig });
    }
    source.close();
  };
}
