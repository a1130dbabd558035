#include "noise/spectral_gate.h"

#include <algorithm>
#include <cmath>

#include "blocks/f32x4.h"

namespace rinse {

namespace {

// noisereduce's defaults: mask smoothed over 500 Hz and 50 ms, moving means of 2 s, a sigmoid of slope 10.
constexpr double kSmoothHz = 500.0, kSmoothSeconds = 0.05, kMeanSeconds = 2.0;
constexpr float kSlope = 10.0f;
// At the same setting both gates pass about as much of a voice.
constexpr float kMovingShare = 1.0f / 3.0f;
// The level of a bin of Gaussian noise, 10 log10 of an exponential variable of mean one.
constexpr float kMeanDb = -2.5068f, kDeviationDb = 5.5700f;
constexpr float kDbPerOctave = 3.0102999f;  // of power

}  // namespace

void SpectralGate::prepare(int bins, double binHz, double hopSeconds) {
  for (auto* v : {&mask_, &wide_, &smoothed_, &mean_}) v->assign(roundUp4(bins), 0.0f);
  halfWidth_ = std::max(1, static_cast<int>(std::lround(0.5 * kSmoothHz / binHz)));
  maskSmoothing_ = static_cast<float>(std::exp(-hopSeconds / kSmoothSeconds));
  meanSmoothing_ = static_cast<float>(std::exp(-hopSeconds / kMeanSeconds));
  sums_ = RunningSums(roundUp4(bins));
  reset();
}

void SpectralGate::reset() noexcept {
  first_ = true;
  std::fill(smoothed_.begin(), smoothed_.end(), 0.0f);
}

void SpectralGate::openStationary(const NoisySpectrum& y) noexcept {
  const float least = (kMeanDb + threshold * kDeviationDb) / kDbPerOctave;  // log2 of power over noise
  for (size_t k = 0; k < mask_.size(); k += 4)
    store4(&mask_[k], select(log2_4(load4(&y.power[k]) / load4(&y.noise[k])) > least, splat(1.0f), splat(0.0f)));
}

void SpectralGate::openMoving(const NoisySpectrum& y) noexcept {
  for (size_t k = 0; k < mask_.size(); k += 4) {
    const f32x4 amplitude = exp2_4(0.5f * log2_4(load4(&y.power[k])));
    const f32x4 mean = first_ ? amplitude : meanSmoothing_ * load4(&mean_[k]) + (1.0f - meanSmoothing_) * amplitude;
    store4(&mean_[k], mean);
    const f32x4 above = (amplitude - mean) / mean - kMovingShare * threshold;
    store4(&mask_[k], 1.0f / (1.0f + exp4(-kSlope * above)));
  }
  first_ = false;
}

void SpectralGate::gains(const NoisySpectrum& y, std::span<float> gain) noexcept {
  if (moving_)
    openMoving(y);
  else
    openStationary(y);
  sums_.assign(mask_);
  sums_.mean(halfWidth_, wide_.data());
  for (size_t k = 0; k < gain.size(); k += 4) {
    const f32x4 mask = maskSmoothing_ * load4(&smoothed_[k]) + (1.0f - maskSmoothing_) * load4(&wide_[k]);
    store4(&smoothed_[k], mask);
    store4(&gain[k], y.floor + (1.0f - y.floor) * mask);
  }
}

}  // namespace rinse
