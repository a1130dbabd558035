// Test signals made in code, and the simplest WAV file; for tests and benchmarks alike.

/**
 * Uniform noise, the same every time.
 * @param {number} frames
 * @param {number} amplitude
 */
export function noise(frames, amplitude, seed = 1) {
  let state = seed >>> 0;
  return Float32Array.from({ length: frames }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * amplitude;
  });
}

/**
 * Harmonics in syllables over noise: something that every part of a suppressor has to work on.
 * @param {number} frames
 * @param {number} sampleRate
 */
export function noisyVoice(frames, sampleRate, seed = 1, hiss = 0.02) {
  const x = noise(frames, hiss, seed);
  for (let i = 0; i < frames; i++) {
    const t = i / sampleRate;
    if (Math.floor(t * 4) % 3 === 2) continue;
    for (let h = 1; h <= 10; h++) x[i] += (0.2 / h) * Math.sin(2 * Math.PI * 140 * h * t) * Math.sin(Math.PI * ((t * 4) % 1));
  }
  return x;
}

/**
 * A float WAV of the simplest kind.
 * @param {Float32Array[]} channels
 * @param {number} sampleRate
 */
export function wav(channels, sampleRate) {
  const frames = channels[0].length;
  const bytes = frames * channels.length * 4;
  const b = Buffer.alloc(44 + bytes);
  b.write('RIFF', 0), b.writeUInt32LE(36 + bytes, 4), b.write('WAVEfmt ', 8), b.writeUInt32LE(16, 16);
  b.writeUInt16LE(3, 20), b.writeUInt16LE(channels.length, 22), b.writeUInt32LE(sampleRate, 24);
  b.writeUInt32LE(sampleRate * channels.length * 4, 28), b.writeUInt16LE(channels.length * 4, 32), b.writeUInt16LE(32, 34);
  b.write('data', 36), b.writeUInt32LE(bytes, 40);
  for (let i = 0; i < frames; i++) channels.forEach((c, k) => b.writeFloatLE(c[i], 44 + 4 * (i * channels.length + k)));
  return b;
}
