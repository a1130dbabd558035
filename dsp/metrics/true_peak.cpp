#include "metrics/true_peak.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rinse {

TruePeak::TruePeak() {
  for (int p = 0; p < kPoints; ++p) {
    double sum = 0.0;
    for (int i = 0; i < 2 * kHalf; ++i) {
      const double t = std::numbers::pi * (i - (kHalf - 1) - (p + 1) / 4.0);  // from the point, in half periods
      const double window = 0.5 + 0.5 * std::cos(t / kHalf);
      kernel_[p][i] = static_cast<float>(std::sin(t) / t * window);
      sum += kernel_[p][i];
    }
    for (float& k : kernel_[p]) k = static_cast<float>(k / sum);
  }
}

float TruePeak::step(float sample, float ignored) noexcept {
  history_[at_] = history_[at_ + 2 * kHalf] = sample;
  if (++at_ == 2 * kHalf) at_ = 0;
  const float* h = &history_[at_];  // oldest first
  float peak = std::max(std::abs(h[kHalf - 1]), std::abs(h[kHalf]));
  // Between two samples the wave rises above both by no more than 6 dB in practice.
  if (peak < 0.5f * ignored) return peak;
  for (const auto& kernel : kernel_) {
    float sum = 0.0f;
    for (int i = 0; i < 2 * kHalf; ++i) sum += kernel[i] * h[i];
    peak = std::max(peak, std::abs(sum));
  }
  return peak;
}

void TruePeak::add(std::span<const float> samples) noexcept {
  for (const float x : samples) peak_ = std::max({peak_, std::abs(x), step(x, peak_)});
}

float TruePeak::peak() const {
  TruePeak toTheEnd = *this;
  toTheEnd.add(std::array<float, kHalf>{});
  return toTheEnd.peak_;
}

}  // namespace rinse
