#include "noise/imcra.h"

#include <algorithm>
#include <cmath>

#include "blocks/f32x4.h"

namespace rinse {

namespace {

// Table I of the paper, for its hop of 8 ms (128 samples at 16 kHz).
constexpr double kPaperHop = 0.008;
constexpr double kSpectrumSmoothing = 0.9;
constexpr int kFramesPerWindow = 15;
constexpr float kMinimumBias = 1.66f;  // B_min
constexpr float kGamma0 = 4.6f, kZeta0 = 1.67f, kGamma1 = 3.0f;
constexpr float kBias = 1.47f;  // beta, eq. 33

float expScalar(float x) { return exp4(splat(x))[0]; }

}  // namespace

void Imcra::MinimumSearch::prepare(int bins) {
  minimum.assign(bins, kLeastPower);
  current.assign(bins, kLeastPower);
  stored.assign(kWindows, std::vector<float>(bins, kLeastPower));
}

void Imcra::MinimumSearch::start(std::span<const float> smoothed) noexcept {
  std::copy(smoothed.begin(), smoothed.end(), minimum.begin());
  std::copy(smoothed.begin(), smoothed.end(), current.begin());
  for (auto& s : stored) std::copy(smoothed.begin(), smoothed.end(), s.begin());
}

void Imcra::MinimumSearch::update(std::span<const float> smoothed, bool windowEnds) noexcept {
  for (size_t k = 0; k < smoothed.size(); ++k) {
    minimum[k] = std::min(minimum[k], smoothed[k]);
    current[k] = std::min(current[k], smoothed[k]);
  }
  if (!windowEnds) return;
  stored[next].swap(current);
  next = (next + 1) % kWindows;
  std::copy(stored[0].begin(), stored[0].end(), minimum.begin());
  for (int w = 1; w < kWindows; ++w) {
    for (size_t k = 0; k < minimum.size(); ++k) minimum[k] = std::min(minimum[k], stored[w][k]);
  }
  std::copy(smoothed.begin(), smoothed.end(), current.begin());
}

void Imcra::prepare(int bins, double hopSeconds) {
  hopSeconds_ = hopSeconds;
  spectrumSmoothing_ = static_cast<float>(std::pow(kSpectrumSmoothing, hopSeconds / kPaperHop));
  framesPerWindow_ = std::max(1, static_cast<int>(std::lround(kFramesPerWindow * kPaperHop / hopSeconds)));
  for (auto* v : {&smoothed_, &again_, &average_, &noise_}) v->assign(bins, kLeastPower);
  rough_.prepare(bins);
  fine_.prepare(bins);
  reset();
}

void Imcra::attack(double seconds) noexcept { noiseSmoothing_ = static_cast<float>(std::exp(-hopSeconds_ / seconds)); }

void Imcra::seed(std::span<const float> noise) noexcept {
  std::copy(noise.begin(), noise.end(), noise_.begin());
  for (size_t k = 0; k < noise.size(); ++k) {
    average_[k] = noise[k] / kBias;
    smoothed_[k] = again_[k] = noise[k] / kMinimumBias;  // where the minima of noise of this power lie
  }
  rough_.start(smoothed_);
  fine_.start(smoothed_);
  first_ = false;
}

void Imcra::reset() noexcept {
  first_ = true;
  frameInWindow_ = 0;
  rough_.next = fine_.next = 0;
}

/// Eqs. 14-15: three-bin Hann over frequency (1/4, 1/2, 1/4), recursion over time.
void Imcra::smoothFirst(std::span<const float> power) noexcept {
  const size_t last = power.size() - 1;
  for (size_t k = 0; k <= last; ++k) {
    const float s = 0.5f * power[k] + 0.25f * (power[k > 0 ? k - 1 : k] + power[k < last ? k + 1 : k]);
    smoothed_[k] = first_ ? s : spectrumSmoothing_ * smoothed_[k] + (1.0f - spectrumSmoothing_) * s;
  }
}

/// Eqs. 21, 26-27: the same over the bins that look free of speech; a bin with no such neighbour keeps its value.
void Imcra::smoothAgain(std::span<const float> power) noexcept {
  const int last = static_cast<int>(power.size()) - 1;
  for (int k = 0; k <= last; ++k) {
    float sum = 0.0f, weight = 0.0f;
    for (int i = std::max(0, k - 1); i <= std::min(last, k + 1); ++i) {
      const float floor = kMinimumBias * rough_.minimum[i];
      if (power[i] >= kGamma0 * floor || smoothed_[i] >= kZeta0 * floor) continue;
      const float b = i == k ? 0.5f : 0.25f;
      sum += b * power[i];
      weight += b;
    }
    if (weight > 0.0f) again_[k] = spectrumSmoothing_ * again_[k] + (1.0f - spectrumSmoothing_) * sum / weight;
  }
}

/// Eqs. 28-33: presence probability from the second minima, then recursive averaging where speech is absent.
void Imcra::average(std::span<const float> power) noexcept {
  for (size_t k = 0; k < power.size(); ++k) {
    const float floor = kMinimumBias * fine_.minimum[k];
    const float gammaMin = power[k] / floor, zeta = smoothed_[k] / floor;
    float absence = 0.0f;  // q-hat, eq. 29
    if (zeta < kZeta0) absence = std::clamp((kGamma1 - gammaMin) / (kGamma1 - 1.0f), 0.0f, 1.0f);
    float presence = 1.0f;
    if (absence > 0.0f) {
      const float gamma = power[k] / noise_[k];
      const float xi = std::max(gamma - 1.0f, 0.01f), v = gamma * xi / (1.0f + xi);
      presence = absence >= 1.0f ? 0.0f : 1.0f / (1.0f + absence / (1.0f - absence) * (1.0f + xi) * expScalar(-v));
    }
    const float keep = noiseSmoothing_ + (1.0f - noiseSmoothing_) * presence;
    average_[k] = std::max(keep * average_[k] + (1.0f - keep) * power[k], kLeastPower);
    noise_[k] = kBias * average_[k];
  }
}

void Imcra::update(std::span<const float> power) noexcept {
  smoothFirst(power);
  if (first_) {
    std::copy(power.begin(), power.end(), average_.begin());
    std::copy(power.begin(), power.end(), noise_.begin());
    std::copy(smoothed_.begin(), smoothed_.end(), again_.begin());
    rough_.start(smoothed_);
    fine_.start(smoothed_);
    first_ = false;
    return;
  }
  const bool windowEnds = ++frameInWindow_ == framesPerWindow_;
  if (windowEnds) frameInWindow_ = 0;
  rough_.update(smoothed_, windowEnds);
  smoothAgain(power);
  fine_.update(again_, windowEnds);
  average(power);
}

}  // namespace rinse
