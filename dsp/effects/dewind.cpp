#include "effects/dewind.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"
#include "blocks/f32x4.h"
#include "noise/noise_tracker.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -40.0f,
     .max = 0.0f,
     .defaultValue = -30.0f,
     .help = "How far wind is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -40.0f},
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "dB",
     .min = -12.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "Raises or lowers the estimate of the wind; higher takes more away, and more of a deep voice with it."},
};

constexpr double kTopHz = 1500.0;
constexpr double kSlope = 3.0;         // power falls with frequency to this, until it is known better
constexpr double kCentroidHz = 110.0;  // below: wind alone; no voice's first two harmonics lie so low in the mean
constexpr double kLearnSeconds = 0.3, kLevelSeconds = 0.04;
constexpr float kFaintest = 1e-8f;  // of the lowest bin over the window's energy: -80 dB full scale

}  // namespace

const std::span<const Param> Dewind::kParams = kTable;

void Dewind::prepare(const SpectralSpec& spec) {
  spec_ = spec;
  const double binHz = spec.sampleRate / spec.fftSize;
  bins_ = std::min(spec.bins, static_cast<int>(kTopHz / binHz) + 1);
  rule_.prepare(bins_, binHz, spec.hopSeconds);
  for (auto* v : {&power_, &shape_, &wind_, &gain_}) v->assign(roundUp4(bins_), kLeastPower);
  reset();
}

void Dewind::reset() noexcept {
  rule_.reset();
  for (int k = 0; k < bins_; ++k) shape_[k] = k == 0 ? 1.0f : static_cast<float>(std::pow(k, -kSlope));
  lowest_ = reductionDb_ = 0.0f;
}

bool Dewind::windAlone() const noexcept {
  double sum = 0.0, moment = 0.0;
  for (int k = 0; k < bins_; ++k) sum += power_[k], moment += static_cast<double>(power_[k]) * k;
  return moment * spec_.sampleRate / spec_.fftSize < kCentroidHz * sum;
}

void Dewind::process(SpectralFrame frame) noexcept {
  for (int k = 0; k < bins_; ++k) power_[k] = std::max(frame.power(k), kLeastPower);
  // The mean of the two lowest: one alone swings too much.
  const float level = 0.5f * (power_[0] + power_[1] / std::max(shape_[1], 1e-3f));
  // A deep voice reaches the second. The mean of some frames: wind changes slower than its periodogram.
  const auto smoothing = static_cast<float>(1.0 - std::exp(-spec_.hopSeconds / kLevelSeconds));
  lowest_ += smoothing * (std::min(level, 4.0f * power_[0]) - lowest_);
  const bool blows = lowest_ > kFaintest * static_cast<float>(spec_.windowEnergy);
  if (blows && windAlone()) {
    const auto share = static_cast<float>(1.0 - std::exp(-spec_.hopSeconds / kLearnSeconds));
    for (int k = 1; k < bins_; ++k) shape_[k] += share * (std::min(power_[k] / lowest_, 4.0f) - shape_[k]);
  }
  const float scale = blows ? lowest_ * powerFromDb(get(kSensitivity)) : 0.0f;
  for (int k = 0; k < bins_; ++k) wind_[k] = std::max(scale * shape_[k], kLeastPower);
  rule_.gains({power_, wind_, gainFromDb(get(kRange))}, gain_);
  float before = 0.0f, after = 0.0f;
  for (int k = 0; k < bins_; ++k) {
    before += power_[k], after += power_[k] * gain_[k] * gain_[k];
    for (int c = 0; c < frame.channels; ++c) frame.spectrum[c][k] *= gain_[k];
  }
  reductionDb_ = dbFromPower(after / before);
}

}  // namespace rinse
