#include "nn/band_features.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blocks/decibel.h"
#include "blocks/erb.h"

namespace rinse::nn {

namespace {
constexpr double kLowestHz = 40.0, kHighestHz = 16000.0;
constexpr float kLeastPower = 1e-12f;
constexpr float kLoudestDb = 50.0f;   // a full-scale sine has 38 dB in these units: what is beyond is no sound
constexpr float kPeakFallDb = 0.01f;  // a frame, of the loudest moment: 1 dB a second
constexpr float kLevelUnit = 20.0f, kChangeUnit = 10.0f;  // dB
}  // namespace

void BandFeatures::prepare(int bins, double binHz) {
  const double low = erbRate(kLowestHz), high = erbRate(kHighestHz);
  for (int b = 0; b <= kBands; ++b) {
    const int bin = static_cast<int>(std::lround(hzOfErbRate(low + (high - low) * b / kBands) / binHz));
    edges_[b] = std::min(b == 0 ? std::max(bin, 1) : std::max(bin, edges_[b - 1] + 1), bins - (kBands - b));
  }
  reset();
}

void BandFeatures::reset() noexcept {
  first_ = true;
  peakDb_ = 0.0f;
}

void BandFeatures::hear(std::span<const float> power, int kind) noexcept {
  float total = 0.0f;
  std::array<float, kBands> db{};
  for (int b = 0; b < kBands; ++b) {
    const float sum = std::accumulate(power.begin() + edges_[b], power.begin() + edges_[b + 1], 0.0f);
    total += sum;
    bandPower_[b] = sum / static_cast<float>(edges_[b + 1] - edges_[b]);
    db[b] = dbFromPower(bandPower_[b] + kLeastPower);
  }
  const float loud = dbFromPower(total / kBands + kLeastPower);
  const bool sound = loud < kLoudestDb;
  if (first_) before_ = db;
  if (sound) peakDb_ = first_ ? loud : std::max(loud, peakDb_ - kPeakFallDb);
  first_ = first_ && !sound;
  for (int b = 0; b < kBands; ++b) {
    values_[b] = std::clamp((db[b] - peakDb_) / kLevelUnit, -4.0f, 1.0f);
    values_[kBands + b] = std::clamp((db[b] - before_[b]) / kChangeUnit, -3.0f, 3.0f);
  }
  for (int d = 0; d < kKinds; ++d) values_[2 * kBands + d] = d == kind ? 1.0f : 0.0f;
  before_ = db;
}

}  // namespace rinse::nn
