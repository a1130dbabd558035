// The file way, in a worker: decode a piece, clean it, encode and write it; pictures are copied packet by packet. Loaded only when a
// file arrives, as it brings the demuxer along.
import {
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  canEncodeAudio,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  QUALITY_VERY_HIGH,
  StreamTarget,
  WavOutputFormat,
  WebMOutputFormat,
  type AudioCodec,
  type InputVideoTrack,
  type OutputFormat,
  type StreamTargetChunk,
} from 'mediabunny';
import { Engine, instantiate } from './engine.js';
import { RinseError, reasonOf } from './errors.js';
import type { FileFormat } from './formats.js';
import { learnWhole } from './learn-whole.js';
import type { FileInfo, FromWorker, ToWorker } from './messages.js';
import { openPcm, readPcm, type PcmFile } from './pcm.js';
import { PeakMeter } from './peaks.js';
import { createScratchFile } from './scratch.js';
import { beside, SideChain } from './side-chain.js';
import { Streamer } from './streamer.js';

type Report = (message: FromWorker, transfer?: Transferable[]) => void;

const encodedPiece = 1 << 15; // frames handed to the encoder at a time
const wavLimit = 4e9; // bytes a plain WAV can hold; beyond it is written as RF64

export async function cleanFile(job: Extract<ToWorker, { type: 'cleanFile' }>, report: Report): Promise<void> {
  const pcm = await openPcm(job.file);
  const sideChain = job.sideChain && (await openSideChain(job.sideChain));
  const pieces = () => (sideChain ? beside(readPcm(pcm), new SideChain(job.core, readPcm(sideChain), sideChain.sampleRate, pcm.sampleRate)) : readPcm(pcm));
  const spec = { sampleRate: pcm.sampleRate, channels: pcm.channels, sideChain: !!sideChain };
  const recipe = await learnWhole(job.core, job.recipe, spec, pieces);
  const engine = new Engine(instantiate(job.core), recipe, Streamer.engineSpec(spec.sampleRate, spec.channels, spec.sideChain));
  const plan = await planOutput(job.format, pcm);
  const target = await Target.open(job.scratch);
  try {
    const output = new Output({ format: plan.container, target: target.target });
    const audio = new AudioSampleSource(plan.encoding);
    output.addAudioTrack(audio, { languageCode: await pcm.track.getLanguageCode() });
    const copyVideo = plan.video && (await videoCopy(plan.video, output));
    output.setMetadataTags(await pcm.input.getMetadataTags());
    await output.start();
    await Promise.all([cleanInto(audio, plan.priming, engine, pcm, pieces, report), copyVideo?.()]);
    await output.finalize();
    const file = await target.close(await output.getMimeType());
    pcm.warnings.push(...(sideChain?.warnings ?? []).map((w) => `Of the side-chain: ${w}`));
    report({ type: 'file', file, info: infoOf(pcm, plan.format, engine.badSamples) });
  } catch (e) {
    await target.abandon();
    throw spaceError(e);
  } finally {
    pcm.input.dispose();
    sideChain?.input.dispose();
  }
}

/** What is wrong with it is said of the side-chain, not of the file. */
async function openSideChain(file: Blob): Promise<PcmFile> {
  try {
    return await openPcm(file);
  } catch (e) {
    throw e instanceof RinseError ? new RinseError(e.code, `the side-chain: ${e.message}`, { cause: e }) : e;
  }
}

/** Reads the file once for its waveform. */
export async function readPeaks(job: Extract<ToWorker, { type: 'readPeaks' }>, report: Report): Promise<void> {
  const pcm = await openPcm(job.file);
  const meter = new PeakMeter(pcm.sampleRate, (first, peaks) => report({ type: 'peaks', first, peaks }));
  const progress = progressOf(pcm, report);
  for await (const piece of readPcm(pcm)) {
    meter.add(piece, 0, piece[0]!.length);
    if (progress(piece[0]!.length)) meter.flush();
  }
  meter.flush(true);
  pcm.exactFrames = progress.done();
  report({ type: 'info', info: infoOf(pcm, pcm.video ? 'same-video' : 'wav-24', 0) });
}

/** Opens a file for reading here and there; reads that follow each other go on with the same decoder. */
export async function openReader(job: Extract<ToWorker, { type: 'openReader' }>, report: Report) {
  const pcm = await openPcm(job.file);
  let pieces = readPcm(pcm);
  let next = 0; // the sample that `rest` or the next piece begins with
  let rest: Float32Array<ArrayBuffer>[] = [];
  report({ type: 'info', info: infoOf(pcm, 'wav-24', 0) });
  const read = async ({ id, from, count }: Extract<ToWorker, { type: 'read' }>): Promise<void> => {
    if (from !== next) {
      await pieces.return();
      pieces = readPcm(pcm, from);
      rest = [];
      next = from;
    }
    const channels = Array.from({ length: pcm.channels }, () => new Float32Array(count)); // silence behind the end
    for (let filled = 0; filled < count; ) {
      if (!rest[0]?.length) {
        const piece = await pieces.next();
        if (piece.done) break;
        rest = piece.value;
      }
      const part = Math.min(rest[0]!.length, count - filled);
      rest.forEach((x, c) => channels[c]!.set(x.subarray(0, part), filled));
      rest = rest.map((x) => x.subarray(part));
      filled += part;
    }
    next = from + count;
    report({ type: 'samples', id, channels }, channels.map((c) => c.buffer));
  };
  // One after the other: they share the decoder.
  let last = Promise.resolve();
  return (request: Extract<ToWorker, { type: 'read' }>) => (last = last.then(() => read(request)));
}

function infoOf(pcm: PcmFile, format: FileFormat, badSamples: number): FileInfo {
  const warnings = [...new Set(pcm.warnings)]; // it may have been read twice
  if (badSamples > 0) warnings.push(`${badSamples} samples were no numbers or beyond all measure and were replaced.`);
  return { sampleRate: pcm.sampleRate, channels: pcm.channels, frames: pcm.exactFrames ?? pcm.expectedFrames, video: pcm.video, format, warnings };
}

/** Reports at most ten times a second; true when it did. */
function progressOf(pcm: PcmFile, report: Report) {
  let frames = 0;
  let last = 0;
  const count = (added: number): boolean => {
    frames += added;
    if (performance.now() - last < 100) return false;
    last = performance.now();
    report({ type: 'progress', done: frames / pcm.sampleRate, total: Math.max(frames, pcm.expectedFrames) / pcm.sampleRate });
    return true;
  };
  return Object.assign(count, { done: () => frames });
}

async function cleanInto(sink: AudioSampleSource, priming: number, engine: Engine, pcm: PcmFile, pieces: () => AsyncIterable<Float32Array[]>, report: Report): Promise<void> {
  const meter = new PeakMeter(pcm.sampleRate, (first, peaks) => report({ type: 'peaks', first, peaks }));
  const progress = progressOf(pcm, report);
  const piece = new Float32Array(encodedPiece * pcm.channels); // planar: [channels][encodedPiece]
  let filled = 0;
  let written = 0;
  const full: { data: Float32Array<ArrayBuffer>; timestamp: number }[] = [];
  const cut = () => {
    if (filled === 0) return;
    const data = new Float32Array(filled * pcm.channels);
    for (let c = 0; c < pcm.channels; c++) data.set(piece.subarray(c * encodedPiece, c * encodedPiece + filled), c * filled);
    full.push({ data, timestamp: (written - priming) / pcm.sampleRate });
    written += filled;
    filled = 0;
  };
  const streamer = new Streamer(engine, (buffers, from, count) => {
    const channels = buffers.slice(0, pcm.channels); // without the side-chain
    meter.add(channels, from, count);
    for (let at = from; at < from + count; ) {
      const part = Math.min(encodedPiece - filled, from + count - at);
      channels.forEach((x, c) => piece.set(x.subarray(at, at + part), c * encodedPiece + filled));
      filled += part;
      at += part;
      if (filled === encodedPiece) cut();
    }
  });
  const encode = async () => {
    for (const cutPiece of full.splice(0)) {
      const sample = new AudioSample({ ...cutPiece, format: 'f32-planar', numberOfChannels: pcm.channels, sampleRate: pcm.sampleRate });
      await sink.add(sample).finally(() => sample.close()); // also where the disk is full
    }
  };
  for await (const block of pieces()) {
    streamer.push(block);
    await encode();
    if (progress(block[0]!.length)) meter.flush();
  }
  streamer.finish();
  cut();
  await encode();
  sink.close();
  meter.flush(true);
  pcm.exactFrames = written;
}

interface Plan {
  format: FileFormat;
  container: OutputFormat;
  encoding: { codec: AudioCodec; bitrate?: typeof QUALITY_VERY_HIGH };
  /** Samples that the decoder of the result will give before the first one of the sound. */
  priming: number;
  video: InputVideoTrack | null;
}

const wavCodecs = { 'wav-16': 'pcm-s16', 'wav-24': 'pcm-s24', 'wav-float': 'pcm-f32' } as const;
const bytesOf = { 'wav-16': 2, 'wav-24': 3, 'wav-float': 4 } as const;

async function planOutput(wanted: FileFormat | undefined, pcm: PcmFile): Promise<Plan> {
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
async function soundFor(container: OutputFormat, pcm: PcmFile): Promise<{ encoding: Plan['encoding']; priming: number }> {
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
async function videoCopy(track: InputVideoTrack, output: Output): Promise<() => Promise<void>> {
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

/** Where the result goes: a file of the browser's private file system, or memory where there is none. */
class Target {
  private constructor(
    readonly target: StreamTarget | BufferTarget,
    private readonly handle: FileSystemFileHandle | null,
    private readonly access: FileSystemSyncAccessHandle | null,
  ) {}

  static async open(scratch: string): Promise<Target> {
    if (!scratch) return new Target(new BufferTarget(), null, null);
    const [folder, name] = scratch.split('/') as [string, string];
    const handle = await createScratchFile(folder, name);
    const access = await handle.createSyncAccessHandle();
    const writable = new WritableStream<StreamTargetChunk>({
      write({ data, position }) {
        if (access.write(data, { at: position }) !== data.byteLength) throw new RinseError('no-space', noSpace);
      },
    });
    return new Target(new StreamTarget(writable, { chunked: true, chunkSize: 1 << 22 }), handle, access);
  }

  async close(type: string): Promise<Blob> {
    if (!this.handle || !this.access) return new Blob([(this.target as BufferTarget).buffer!], { type });
    this.access.flush();
    this.access.close();
    const file = await this.handle.getFile();
    return file.slice(0, file.size, type); // with the type that the private file system does not know
  }

  async abandon(): Promise<void> {
    this.access?.close(); // the page removes the file
  }
}

const noSpace = "the browser's storage is full: free some disk space, or clean a shorter piece";

function spaceError(e: unknown): unknown {
  const full = e instanceof DOMException && e.name === 'QuotaExceededError';
  const memory = e instanceof RangeError && /alloc|length/i.test(e.message);
  return full || memory ? new RinseError('no-space', `${noSpace} (${reasonOf(e)})`, { cause: e }) : e;
}
