// The file way, in a worker: decode a piece, clean it, encode and write it; pictures are copied packet by packet. Loaded only when a
// file arrives, as it brings the demuxer along.
import { AudioSample, AudioSampleSource, Output } from 'mediabunny';
import { Engine, instantiate } from './engine.js';
import { RinseError } from './errors.js';
import { infoOf, progressTo, type Report } from './file-report.js';
import { learnWhole } from './learn-whole.js';
import type { ToWorker } from './messages.js';
import { planOutput, videoCopy } from './output-plan.js';
import { openPcm, readPcm, type PcmFile } from './pcm.js';
import { PeakMeter } from './peaks.js';
import { beside, SideChain } from './side-chain.js';
import { Streamer } from './streamer.js';
import { spaceError, Target } from './target.js';

const encodedPiece = 1 << 15; // frames handed to the encoder at a time

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

async function cleanInto(sink: AudioSampleSource, priming: number, engine: Engine, pcm: PcmFile, pieces: () => AsyncIterable<Float32Array[]>, report: Report): Promise<void> {
  const meter = new PeakMeter(pcm.sampleRate, (first, peaks) => report({ type: 'peaks', first, peaks }));
  const progress = progressTo(report);
  const piece = new Float32Array(encodedPiece * pcm.channels); // planar: [channels][encodedPiece]
  let filled = 0;
  let read = 0;
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
    read += block[0]!.length;
    if (progress(read / pcm.sampleRate, pcm.expectedFrames / pcm.sampleRate)) meter.flush();
  }
  streamer.finish();
  cut();
  await encode();
  sink.close();
  meter.flush(true);
  pcm.exactFrames = written;
}
