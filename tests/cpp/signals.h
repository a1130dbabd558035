// Test signals, each the same on every machine.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/block.h"

namespace rinse::test {

using Channels = std::vector<std::vector<float>>;

/// Uniform white noise of the given RMS (a linear congruential generator: no library's distribution in the way).
inline std::vector<float> whiteNoise(int frames, float rms, uint32_t seed = 1) {
  std::vector<float> x(frames);
  for (float& v : x) {
    seed = seed * 1664525u + 1013904223u;
    v = (static_cast<float>(seed >> 8) / 8388608.0f - 1.0f) * rms * 1.7320508f;
  }
  return x;
}

inline std::vector<float> sine(int frames, double hz, double sampleRate, float amplitude) {
  std::vector<float> x(frames);
  for (int i = 0; i < frames; ++i) x[i] = amplitude * static_cast<float>(std::sin(2.0 * M_PI * hz * i / sampleRate));
  return x;
}

/// Something like a voice: 20 harmonics of a gliding 120 Hz in syllables of 250 ms, with a pause after every second
/// one.
inline std::vector<float> voice(int frames, double sampleRate) {
  std::vector<float> x(frames);
  double phase = 0.0;
  for (int i = 0; i < frames; ++i) {
    const double t = i / sampleRate, inSyllable = std::fmod(t, 0.25) / 0.25;
    phase += 2.0 * M_PI * (120.0 + 20.0 * std::sin(2.0 * M_PI * 1.5 * t)) / sampleRate;
    const bool pause = static_cast<int>(t / 0.25) % 3 == 2;
    if (pause) continue;
    const double envelope = std::pow(std::sin(M_PI * inSyllable), 0.5);
    double sum = 0.0;
    for (int h = 1; h <= 20; ++h) {
      if (h * 140.0 < sampleRate / 2) sum += std::sin(h * phase) / h;
    }
    x[i] = static_cast<float>(0.15 * envelope * sum);
  }
  return x;
}

inline std::vector<float> sum(const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<float> x(a);
  for (size_t i = 0; i < x.size(); ++i) x[i] += b[i];
  return x;
}

inline std::vector<float> scaled(std::vector<float> x, float gain) {
  for (float& v : x) v *= gain;
  return x;
}

/// As long as it was; negative delays bring it forward.
inline std::vector<float> delayed(const std::vector<float>& x, int samples) {
  std::vector<float> y(x.size(), 0.0f);
  const int size = static_cast<int>(x.size());
  for (int i = std::max(0, samples); i < std::min(size, size + samples); ++i) y[i] = x[i - samples];
  return y;
}

inline double power(const std::vector<float>& x, size_t from = 0, size_t to = SIZE_MAX) {
  to = std::min(to, x.size());
  double e = 0.0;
  for (size_t i = from; i < to; ++i) e += static_cast<double>(x[i]) * x[i];
  return e / static_cast<double>(to - from);
}

inline double db(double ratio) { return 10.0 * std::log10(ratio + 1e-30); }

inline Block blockOf(Channels& x, int from, int frames) {
  Block b{{}, static_cast<int>(x.size()), frames};
  for (size_t c = 0; c < x.size(); ++c) b.data[c] = x[c].data() + from;
  return b;
}

/// Through anything with process(Block), in place, in blocks of the given sizes, over and over.
template <class P>
void run(P& processor, Channels& x, const std::vector<int>& blocks) {
  const int frames = static_cast<int>(x[0].size());
  size_t turn = 0;
  for (int at = 0; at < frames;) {
    const int count = std::min(blocks[turn++ % blocks.size()], frames - at);
    processor.process(blockOf(x, at, count));
    at += count;
  }
}

}  // namespace rinse::test
