// What the networks of nn/band_mask.h see, for their trainer (band_mask.py), in the product's own frames.
#include "nn/band_mask.h"

#include <algorithm>

#include "core/spectral.h"
#include "masks/drum_weights.h"

using rinse::nn::BandMask;

namespace {

/// Writes a row for each frame: the features, then the mean power of each band.
struct Rows : rinse::SpectralEffect {
  explicit Rows(int which) : SpectralEffect(std::span<const rinse::Param>()), kind(which) {}
  void prepare(const rinse::SpectralSpec& s) override {
    mask.prepare(s.bins, s.sampleRate / s.fftSize);
    power.assign(s.bins, 0.0f);
  }
  void process(rinse::SpectralFrame f) noexcept override {
    for (int k = 0; k < f.bins; ++k) power[k] = std::norm(f.spectrum[0][k]);
    mask.update(power, kind, 0.0f);
    to = std::copy(mask.features().begin(), mask.features().end(), to);
    to = std::copy(mask.bandPower().begin(), mask.bandPower().end(), to);
  }
  void reset() noexcept override { mask.reset(); }

  int kind;
  BandMask mask{rinse::drumWeights()};  // any: what it sees does not depend on them
  std::vector<float> power;
  float* to = nullptr;
};

}  // namespace

extern "C" {

int band_features() { return BandMask::kFeatures; }
int band_ahead() { return BandMask::kAhead; }
int band_count() { return BandMask::kBands; }
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
