#include "noise/gain_smoothing.h"

#include <algorithm>
#include <cmath>

namespace rinse {

namespace {

// Sec. 4 of the paper.
constexpr float kThreshold = 0.4f;  // zeta_thr: above it a frame counts as speech
constexpr float kScale = 10.0f;     // psi

}  // namespace

void GainSmoothing::prepare(int bins) {
  bins_ = bins;
  width_ = 1;
  sums_ = RunningSums(bins);
  smoothed_.assign(bins, 1.0f);
}

void GainSmoothing::process(std::span<const float> power, std::span<float> gain) noexcept {
  float left = 0.0f, whole = 0.0f;
  for (int k = 0; k < bins_; ++k) {
    left += gain[k] * gain[k] * power[k];
    whole += power[k];
  }
  const float zeta = left / whole;  // eq. 6
  // Eqs. 7 and 8: N = 1 for speech, else 2 round((1 - zeta / zeta_thr) psi) + 1.
  const int half = zeta >= kThreshold ? 0 : static_cast<int>(std::lround((1.0f - zeta / kThreshold) * kScale));
  width_ = 2 * half + 1;
  if (half == 0) return;
  sums_.assign(gain);
  sums_.mean(half, smoothed_.data());
  std::copy(smoothed_.begin(), smoothed_.end(), gain.begin());
}

}  // namespace rinse
