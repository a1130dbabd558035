#include "nn/band_mask.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blocks/decibel.h"
#include "blocks/erb.h"
#include "nn/activation.h"

namespace rinse::nn {

namespace {
constexpr double kLowestHz = 40.0, kHighestHz = 16000.0;
constexpr float kLeastPower = 1e-12f;
constexpr float kLoudestDb = 50.0f;   // a full-scale sine has 38 dB in these units: what is beyond is no sound
constexpr float kPeakFallDb = 0.01f;  // a frame, of the loudest moment: 1 dB a second
constexpr float kLevelUnit = 20.0f, kChangeUnit = 10.0f;  // dB
}  // namespace

BandMask::BandMask(const Weights& weights)
    : in_(*Linear::create(weights, "in", kFeatures, kUnits)),
      out_(*Linear::create(weights, "out", kUnits, kBands)),
      gru_(*Gru::create(weights, "gru", kUnits, kUnits)),
      hidden_(in_.paddedOutputs()),
      logits_(out_.paddedOutputs()) {}

void BandMask::prepare(int bins, double binHz) {
  const double low = erbRate(kLowestHz), high = erbRate(kHighestHz);
  for (int b = 0; b <= kBands; ++b) {
    const int bin = static_cast<int>(std::lround(hzOfErbRate(low + (high - low) * b / kBands) / binHz));
    edges_[b] = std::min(b == 0 ? std::max(bin, 1) : std::max(bin, edges_[b - 1] + 1), bins - (kBands - b));
  }
  gains_.assign(bins, 1.0f);
  reset();
}

void BandMask::reset() noexcept {
  gru_.reset();
  first_ = true;
  peakDb_ = 0.0f;
  std::fill(gains_.begin(), gains_.end(), 1.0f);
}

void BandMask::update(std::span<const float> power, int kind, float bias) noexcept {
  measure(power, kind);
  in_(features_.data(), hidden_.data());
  apply4(std::span(hidden_).first(kUnits), tanh4);
  out_(gru_(hidden_.data()).data(), logits_.data());
  for (int b = 0; b < kBands; ++b) bandGain_[b] = sigmoid(logits_[b] + bias);
  spread();
}

void BandMask::measure(std::span<const float> power, int kind) noexcept {
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
    features_[b] = std::clamp((db[b] - peakDb_) / kLevelUnit, -4.0f, 1.0f);
    features_[kBands + b] = std::clamp((db[b] - before_[b]) / kChangeUnit, -3.0f, 3.0f);
  }
  for (int d = 0; d < kKinds; ++d) features_[2 * kBands + d] = d == kind ? 1.0f : 0.0f;
  before_ = db;
}

/// From bands to bins, in straight lines between their middles.
void BandMask::spread() noexcept {
  const auto middle = [&](int b) { return 0.5f * static_cast<float>(edges_[b] + edges_[b + 1] - 1); };
  int b = 0;
  for (int k = 0; k < static_cast<int>(gains_.size()); ++k) {
    while (b < kBands - 1 && static_cast<float>(k) > middle(b + 1)) ++b;
    const float from = middle(b), to = middle(std::min(b + 1, kBands - 1));
    const float part = to > from ? std::clamp((static_cast<float>(k) - from) / (to - from), 0.0f, 1.0f) : 0.0f;
    gains_[k] = bandGain_[b] + part * (bandGain_[std::min(b + 1, kBands - 1)] - bandGain_[b]);
  }
}

}  // namespace rinse::nn
