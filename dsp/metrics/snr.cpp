#include "metrics/snr.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "blocks/window.h"

namespace rinse {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double snr(std::span<const float> reference, std::span<const float> estimate) {
  const size_t n = std::min(reference.size(), estimate.size());
  double signal = 0.0, noise = 0.0;
  for (size_t i = 0; i < n; ++i) {
    const double x = reference[i], d = x - estimate[i];
    signal += x * x, noise += d * d;
  }
  if (!(signal > 0.0)) return kNone;
  return std::clamp(10.0 * std::log10(signal / (noise + 1e-30)), -100.0, 100.0);
}

double segmentalSnr(std::span<const float> reference, std::span<const float> estimate, int rate) {
  const int frame = static_cast<int>(std::lround(0.03 * rate)), hop = frame / 4;
  const std::vector<float> w = hannInside(frame);
  const int n = static_cast<int>(std::min(reference.size(), estimate.size()));
  double sum = 0.0;
  int count = 0;
  for (int at = 0; at + frame + hop <= n; at += hop) {
    double signal = 0.0, noise = 0.0;
    for (int i = 0; i < frame; ++i) {
      const double x = w[i] * reference[at + i], d = x - w[i] * estimate[at + i];
      signal += x * x, noise += d * d;
    }
    constexpr double kTiny = std::numeric_limits<double>::epsilon();
    sum += std::clamp(10.0 * std::log10(signal / (noise + kTiny) + kTiny), -10.0, 35.0);
    ++count;
  }
  return count && std::any_of(reference.begin(), reference.begin() + n, [](float v) { return v != 0.0f; }) ? sum / count
                                                                                                           : kNone;
}

}  // namespace rinse
