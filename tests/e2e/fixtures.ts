// Makes the recordings that the tests drop on the page: a spoken sentence (espeak-ng) under fan-like noise, in every container.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';

export const folder = 'build/e2e';
export const fixture = (name: string) => join(folder, name);

const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-y', '-loglevel', 'error', ...args]);

export default function makeFixtures(): void {
  mkdirSync(folder, { recursive: true });
  const recipe = readFileSync(new URL(import.meta.url), 'utf8');
  const stamp = fixture('made-by.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === recipe) return;
  const text = 'The quick brown fox jumps over the lazy dog. ... We hear the noise between the sentences. ... And now it should be gone.';
  execFileSync('espeak-ng', ['-v', 'en', '-s', '140', '-w', fixture('spoken.wav'), text]);
  ffmpeg('-i', fixture('spoken.wav'), '-af', 'aresample=48000,volume=0.7,apad=pad_dur=0.5', '-ac', '1', '-c:a', 'pcm_s16le', fixture('clean.wav'));
  const mix = '[0:a][1:a]amix=inputs=2:duration=first:normalize=0';
  const noise = ['-f', 'lavfi', '-i', 'anoisesrc=r=48000:a=0.2:color=pink:seed=7'];
  ffmpeg('-i', fixture('clean.wav'), ...noise, '-filter_complex', mix, '-c:a', 'pcm_s16le', fixture('noisy.wav'));
  const encode = (name: string, ...args: string[]) => ffmpeg('-i', fixture('noisy.wav'), ...args, fixture(name));
  encode('noisy.mp3', '-c:a', 'libmp3lame', '-b:a', '192k');
  encode('noisy.m4a', '-c:a', 'aac', '-b:a', '192k');
  encode('noisy.flac', '-c:a', 'flac');
  encode('noisy.ogg', '-c:a', 'libvorbis', '-q:a', '8');
  encode('noisy.opus', '-c:a', 'libopus', '-b:a', '160k');
  encode('float.wav', '-c:a', 'pcm_f32le');
  encode('stereo44.wav', '-ar', '44100', '-ac', '2', '-c:a', 'pcm_s24le');
  const video = (name: string, ...args: string[]) =>
    ffmpeg('-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=25', '-i', fixture('noisy.wav'), '-shortest', ...args, fixture(name));
  video('noisy.mp4', '-c:v', 'libx264', '-bf', '2', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '160k');
  video('noisy.webm', '-c:v', 'libvpx', '-b:v', '200k', '-c:a', 'libopus', '-b:a', '128k');
  ffmpeg('-i', fixture('noisy.mp4'), '-c', 'copy', fixture('noisy.mov'));
  ffmpeg('-i', fixture('noisy.mp4'), '-c', 'copy', fixture('noisy.mkv'));
  ffmpeg('-i', fixture('noisy.mp4'), '-an', '-c', 'copy', fixture('silent-film.mp4'));
  encode('unknown.mka', '-c:a', 'dca', '-strict', '-2', '-ac', '2');
  encode('locked.m4a', '-c:a', 'aac', '-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', '76a6c65c5ea762046bd749a2e632ccbb', '-encryption_kid', 'a7e61c373e219033c21091fa607bf3b8');
  writeFileSync(fixture('list.m3u8'), '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttps://elsewhere.example/a.ts\n#EXT-X-ENDLIST\n');
  const mp3 = readFileSync(fixture('noisy.mp3'));
  writeFileSync(fixture('joined.mp3'), Buffer.concat([mp3, mp3]));
  const cover = Buffer.alloc(310 + 300_000); // an ID3 tag as large as a cover picture makes it
  cover.write('ID3\x04', 'latin1');
  const size = cover.length - 10;
  [21, 14, 7, 0].forEach((shift, i) => (cover[6 + i] = (size >> shift) & 127));
  writeFileSync(fixture('cover.mp3'), Buffer.concat([cover, mp3]));
  const zero = readFileSync(fixture('noisy.wav'));
  zero.writeUInt32LE(0, 24);
  writeFileSync(fixture('zero-hertz.wav'), zero);
  ffmpeg('-i', fixture('noisy.mp4'), '-c', 'copy', '-movflags', '+faststart', fixture('front.mp4'));
  truncateSync(fixture('front.mp4'), readFileSync(fixture('front.mp4')).length >> 1);
  copyFileSync(fixture('noisy.mp4'), fixture('noending'));
  writeFileSync(fixture('empty.wav'), '');
  writeFileSync(fixture('letter.mp3'), 'Dear reader, this is no sound at all. '.repeat(50));
  encode('header-only.wav', '-t', '0');
  ffmpeg('-i', fixture('noisy.wav'), '-ar', '4000', fixture('slow.wav'));
  for (const [whole, cut] of [['noisy.wav', 'cut.wav'], ['noisy.mp4', 'cut.mp4'], ['noisy.mp3', 'cut.mp3']] as const) {
    copyFileSync(fixture(whole), fixture(cut));
    truncateSync(fixture(cut), readFileSync(fixture(whole)).length >> 1);
  }
  ffmpeg('-f', 'lavfi', '-i', 'anoisesrc=r=48000:a=0.1:seed=3:d=900', '-ac', '2', '-c:a', 'pcm_s16le', fixture('long.wav'));
  ffmpeg('-f', 'lavfi', '-i', 'aevalsrc=0.5*sin(220*2*PI*t):s=48000:d=10', '-c:a', 'pcm_s16le', fixture('tone.wav'));
  const nan = readFileSync(fixture('float.wav'));
  nan.writeFloatLE(NaN, nan.length - 40_000);
  writeFileSync(fixture('nan.wav'), nan);
  writeFileSync(stamp, recipe);
}
