#include "noise/whitening.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "noise/noise_tracker.h"

namespace rinse {

namespace {
constexpr double kFadeSeconds = 5.0;
constexpr float kMostRise = 4.0f;  // 12 dB
}  // namespace

void Whitening::prepare(int bins, double hopSeconds) {
  fade_ = static_cast<float>(std::exp(-hopSeconds / kFadeSeconds));
  taper_.resize(bins);
  for (int k = 0; k < bins; ++k)
    taper_[k] = static_cast<float>(0.54 + 0.46 * std::cos(std::numbers::pi * k / std::max(1, bins - 1)));
  reset();
}

void Whitening::process(std::span<const float> power, std::span<float> gain, float b) noexcept {
  float largest = kLeastPower;
  for (size_t k = 0; k < taper_.size(); ++k) largest = std::max(largest, power[k] * gain[k] * gain[k]);
  loudest_ = std::max(largest, fade_ * loudest_);
  const float rise = std::min(std::pow(loudest_ / largest, 0.5f * b), kMostRise);
  for (size_t k = 0; k < taper_.size(); ++k) gain[k] *= rise * taper_[k];
}

}  // namespace rinse
