// What the networks of nn/band_mask.h see, for their trainer (band_mask.py), in the product's own frames.
#include "nn/band_mask.h"

#include <algorithm>

#include "core/spectral.h"

using rinse::nn::BandFeatures;

namespace {

/// Writes a row for each frame: the features, then the mean power of each band.
struct Rows : rinse::SpectralEffect {
  explicit Rows(int which) : SpectralEffect(std::span<const rinse::Param>()), kind(which) {}
  void prepare(const rinse::SpectralSpec& s) override {
    seen.prepare(s.bins, s.sampleRate / s.fftSize);
    power.assign(s.bins, 0.0f);
  }
  void process(rinse::SpectralFrame f) noexcept override {
    for (int k = 0; k < f.bins; ++k) power[k] = std::norm(f.spectrum[0][k]);
    seen.hear(power, kind);
    to = std::copy(seen.values().begin(), seen.values().end(), to);
    to = std::copy(seen.bandPower().begin(), seen.bandPower().end(), to);
  }
  void reset() noexcept override { seen.reset(); }

  int kind;
  BandFeatures seen;
  std::vector<float> power;
  float* to = nullptr;
};

}  // namespace

extern "C" {

int band_features() { return BandFeatures::kCount; }
int band_ahead() { return rinse::nn::BandMask::kAhead; }
int band_count() { return BandFeatures::kBands; }
/// samples[count] at `rate` -> rows[frames][features + bands]; changes the samples. Returns frames.
int band_run(float* samples, int count, double rate, int kind, float* rows) {
  Rows effect(kind);
  rinse::Spectral spectral(rinse::FrameKind::House);
  spectral.add(effect);
  const int hop = static_cast<int>(rate / 100);
  spectral.prepare({rate, 1, hop});
  effect.to = rows;
  int frames = 0;
  for (int at = 0; at + hop <= count; at += hop, ++frames) spectral.process({{samples + at}, 1, hop});
  return frames;
}
}
