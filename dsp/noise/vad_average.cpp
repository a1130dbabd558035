#include "noise/vad_average.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blocks/decibel.h"

namespace rinse {

namespace {

// The mean of gamma - ln gamma - 1 over the bins (Sohn 1999, eq. 4 with the maximum-likelihood SNR) is Euler's
// constant, 0.58, for noise of the estimated power, with a deviation of a tenth over some hundred bins.
constexpr float kSpeechRatio = 1.0f;
constexpr double kHangoverSeconds = 0.1;
constexpr double kSteadySeconds = 1.0, kRecentSeconds = 0.15;
constexpr float kSteadyDb = 1.5f;  // deviation of the frames' levels; speech has ten

}  // namespace

void VadAverage::prepare(int bins, double hopSeconds) {
  hopSeconds_ = hopSeconds;
  hangoverFrames_ = std::max(1, static_cast<int>(std::lround(kHangoverSeconds / hopSeconds)));
  recentSmoothing_ = static_cast<float>(std::exp(-hopSeconds / kRecentSeconds));
  noise_.assign(bins, kLeastPower);
  recent_.assign(bins, kLeastPower);
  levels_.assign(std::max(2, static_cast<int>(std::lround(kSteadySeconds / hopSeconds))), 0.0f);
  reset();
}

void VadAverage::attack(double seconds) noexcept {
  noiseSmoothing_ = static_cast<float>(std::exp(-hopSeconds_ / seconds));
}

void VadAverage::seed(std::span<const float> noise) noexcept {
  reset();
  std::copy(noise.begin(), noise.end(), noise_.begin());
  std::copy(noise.begin(), noise.end(), recent_.begin());
  first_ = false;
}

void VadAverage::reset() noexcept {
  first_ = true;
  hangover_ = 0;
  frame_ = 0;
}

float VadAverage::likelihoodRatio(std::span<const float> power) const noexcept {
  float ratio = 0.0f, gamma = 0.0f;
  for (size_t k = 0; k < power.size(); ++k) {
    const float g = power[k] / noise_[k];
    gamma += g;
    ratio += g - std::log(g) - 1.0f;
  }
  return gamma > static_cast<float>(power.size()) ? ratio / static_cast<float>(power.size())
                                                  : 0.0f;  // a fall is no speech
}

/// Whether the level has not moved for a second.
bool VadAverage::steady(std::span<const float> power) noexcept {
  const float sum = std::accumulate(power.begin(), power.end(), 0.0f);
  levels_[frame_++ % levels_.size()] = static_cast<float>(dbFromPower(sum));
  if (frame_ < levels_.size()) return false;
  const auto n = static_cast<float>(levels_.size());
  const float mean = std::accumulate(levels_.begin(), levels_.end(), 0.0f) / n;
  float variance = 0.0f;
  for (const float l : levels_) variance += (l - mean) * (l - mean);
  return variance < n * kSteadyDb * kSteadyDb;
}

void VadAverage::update(std::span<const float> power) noexcept {
  if (first_) {
    std::copy(power.begin(), power.end(), noise_.begin());
    std::copy(power.begin(), power.end(), recent_.begin());
    first_ = false;
  }
  for (size_t k = 0; k < power.size(); ++k)
    recent_[k] = std::max(recentSmoothing_ * recent_[k] + (1.0f - recentSmoothing_) * power[k], kLeastPower);
  const bool still = steady(power);
  hangover_ = likelihoodRatio(power) > kSpeechRatio ? hangoverFrames_ : std::max(0, hangover_ - 1);
  if (hangover_ > 0 && still) {
    std::copy(recent_.begin(), recent_.end(), noise_.begin());
    hangover_ = 0;
  }
  if (hangover_ > 0) return;
  for (size_t k = 0; k < power.size(); ++k)
    noise_[k] = std::max(noiseSmoothing_ * noise_[k] + (1.0f - noiseSmoothing_) * power[k], kLeastPower);
}

}  // namespace rinse
