#include "noise/minimum_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace rinse {

namespace {

constexpr double kSearchSeconds = 1.5;          // D, sec. VI
constexpr float kMostSmoothing = 0.96f;         // alpha_max
constexpr float kMostVarianceSmoothing = 0.8f;  // beta_max
constexpr float kCorrectionSmoothing = 0.7f;    // eq. 10
constexpr float kErrorScale = 2.12f;            // a_v of eq. 17
constexpr float kNever = std::numeric_limits<float>::max();

/// M(D), table III, between its entries linear.
float tableM(double frames) {
  constexpr std::array<std::pair<double, double>, 18> kTable{{{1, 0.0},
                                                              {2, 0.26},
                                                              {5, 0.48},
                                                              {8, 0.58},
                                                              {10, 0.61},
                                                              {15, 0.668},
                                                              {20, 0.705},
                                                              {30, 0.762},
                                                              {40, 0.8},
                                                              {60, 0.841},
                                                              {80, 0.865},
                                                              {120, 0.89},
                                                              {140, 0.9},
                                                              {160, 0.91},
                                                              {180, 0.92},
                                                              {220, 0.93},
                                                              {260, 0.935},
                                                              {300, 0.94}}};
  for (size_t i = 1; i < kTable.size(); ++i) {
    const auto [d0, m0] = kTable[i - 1];
    const auto [d1, m1] = kTable[i];
    if (frames <= d1) return static_cast<float>(m0 + (m1 - m0) * (std::max(frames, d0) - d0) / (d1 - d0));
  }
  return static_cast<float>(kTable.back().second);
}

/// B_min, eqs. 16 and 17.
float bias(float frames, float m, float inverseFreedom) {
  const float freedom = (1.0f / inverseFreedom - 2.0f * m) / (1.0f - m);
  return 1.0f + (frames - 1.0f) * 2.0f / freedom;
}

/// How much a local minimum may lie above the old one and yet be taken, sec. V-B.
float slopeFor(float inverseFreedom) {
  return inverseFreedom < 0.03f ? 8.0f : inverseFreedom < 0.05f ? 4.0f : inverseFreedom < 0.06f ? 2.0f : 1.2f;
}

}  // namespace

void MinimumStatistics::prepare(int bins, double hopSeconds) {
  hopSeconds_ = hopSeconds;
  windowFrames_ = std::max(2, static_cast<int>(std::lround(kSearchSeconds / hopSeconds / kWindows)));
  longM_ = tableM(windowFrames_ * kWindows);
  shortM_ = tableM(windowFrames_);
  leastSmoothingPower_ = static_cast<float>(hopSeconds / 0.064);
  for (auto* v : {&smoothed_, &mean_, &meanSquare_, &found_, &freedom_, &least_, &leastShort_, &leastLong_, &noise_})
    v->assign(bins, kLeastPower);
  renewed_.assign(bins, 0);
  localMinimum_.assign(bins, 0);
  stored_.assign(kWindows, std::vector<float>(bins, kNever));
  reset();
}

void MinimumStatistics::attack(double seconds) noexcept {
  noiseSmoothing_ = static_cast<float>(std::exp(-hopSeconds_ / seconds));
}

void MinimumStatistics::start(std::span<const float> power) noexcept {
  for (auto* v : {&smoothed_, &mean_, &found_, &leastLong_, &noise_}) std::copy(power.begin(), power.end(), v->begin());
  for (size_t k = 0; k < power.size(); ++k) meanSquare_[k] = power[k] * power[k];
  std::fill(least_.begin(), least_.end(), kNever);
  std::fill(leastShort_.begin(), leastShort_.end(), kNever);
  for (auto& s : stored_) std::fill(s.begin(), s.end(), kNever);
  first_ = false;
}

void MinimumStatistics::seed(std::span<const float> noise) noexcept {
  reset();
  start(noise);
  for (auto& s : stored_) std::copy(noise.begin(), noise.end(), s.begin());
}

void MinimumStatistics::reset() noexcept {
  first_ = true;
  frame_ = next_ = 0;
  correction_ = 1.0f;
  std::fill(localMinimum_.begin(), localMinimum_.end(), 0);
}

/// Eqs. 9 to 15: P with the smoothing that its distance from the noise allows, and its variance.
void MinimumStatistics::smooth(std::span<const float> power) noexcept {
  const float sumP = std::accumulate(smoothed_.begin(), smoothed_.end(), 0.0f);
  const float sumY = std::accumulate(power.begin(), power.end(), 0.0f),
              sumN = std::accumulate(found_.begin(), found_.end(), 0.0f);
  const float off = sumP / sumY - 1.0f;
  correction_ =
      kCorrectionSmoothing * correction_ + (1.0f - kCorrectionSmoothing) * std::max(1.0f / (1.0f + off * off), 0.7f);
  const float least = std::min(0.3f, std::pow(sumP / sumN, -leastSmoothingPower_));  // eq. 12
  float sum = 0.0f;
  for (size_t k = 0; k < power.size(); ++k) {
    const float ratio = smoothed_[k] / found_[k] - 1.0f;
    const float alpha = std::max(kMostSmoothing * correction_ / (1.0f + ratio * ratio), least);  // eq. 11
    const float p = std::max(alpha * smoothed_[k] + (1.0f - alpha) * power[k], kLeastPower);
    const float beta = std::min(alpha * alpha, kMostVarianceSmoothing);
    mean_[k] = beta * mean_[k] + (1.0f - beta) * p;
    meanSquare_[k] = beta * meanSquare_[k] + (1.0f - beta) * p * p;
    smoothed_[k] = p;
    const float variance = meanSquare_[k] - mean_[k] * mean_[k], n = found_[k];
    freedom_[k] = std::clamp(variance / (2.0f * n * n), 1e-3f, 0.5f);  // eq. 14
    sum += freedom_[k];
  }
  inverseFreedom_ = sum / static_cast<float>(power.size());
}

/// Sec. V, fig. 5.
void MinimumStatistics::findMinima(float biasCorrection) noexcept {
  const auto longFrames = static_cast<float>(windowFrames_ * kWindows), shortFrames = static_cast<float>(windowFrames_);
  for (size_t k = 0; k < smoothed_.size(); ++k) {
    const float compensated = smoothed_[k] * bias(longFrames, longM_, freedom_[k]) * biasCorrection;
    renewed_[k] = compensated < least_[k];
    if (!renewed_[k]) continue;
    least_[k] = compensated;
    leastShort_[k] = smoothed_[k] * bias(shortFrames, shortM_, freedom_[k]) * biasCorrection;
  }
}

void MinimumStatistics::endWindow(float slope) noexcept {
  for (size_t k = 0; k < smoothed_.size(); ++k) {
    if (renewed_[k]) localMinimum_[k] = 0;
    stored_[next_][k] = least_[k];
    float lowest = stored_[0][k];
    for (int w = 1; w < kWindows; ++w) lowest = std::min(lowest, stored_[w][k]);
    if (localMinimum_[k] && leastShort_[k] < slope * lowest && leastShort_[k] > lowest) {
      lowest = leastShort_[k];
      for (auto& s : stored_) s[k] = lowest;
    }
    leastLong_[k] = lowest;
    localMinimum_[k] = 0;
    least_[k] = leastShort_[k] = kNever;
  }
  next_ = (next_ + 1) % kWindows;
}

void MinimumStatistics::update(std::span<const float> power) noexcept {
  if (first_) start(power);
  smooth(power);
  findMinima(1.0f + kErrorScale * std::sqrt(inverseFreedom_));
  if (++frame_ % windowFrames_ == 0) {
    endWindow(slopeFor(inverseFreedom_));
  } else if (frame_ % windowFrames_ > 1) {
    for (size_t k = 0; k < smoothed_.size(); ++k) {
      if (!renewed_[k]) continue;
      localMinimum_[k] = 1;
      leastLong_[k] = std::min(leastShort_[k], leastLong_[k]);
    }
  }
  for (size_t k = 0; k < smoothed_.size(); ++k) {
    found_[k] = std::clamp(std::min(leastLong_[k], least_[k]), kLeastPower, 1e20f);
    noise_[k] = noiseSmoothing_ * noise_[k] + (1.0f - noiseSmoothing_) * found_[k];
  }
}

}  // namespace rinse
