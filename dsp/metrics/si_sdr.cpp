#include "metrics/si_sdr.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rinse {

double siSdr(std::span<const float> reference, std::span<const float> estimate) {
  const size_t n = std::min(reference.size(), estimate.size());
  double meanR = 0.0, meanE = 0.0;
  for (size_t i = 0; i < n; ++i) meanR += reference[i], meanE += estimate[i];
  meanR /= static_cast<double>(n), meanE /= static_cast<double>(n);
  double rr = 0.0, re = 0.0, ee = 0.0;
  for (size_t i = 0; i < n; ++i) {
    const double r = reference[i] - meanR, e = estimate[i] - meanE;
    rr += r * r, re += r * e, ee += e * e;
  }
  if (!(rr > 0.0) || !(ee > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  const double target = re * re / rr, distortion = std::max(ee - target, 0.0);  // |alpha r|^2, |e - alpha r|^2
  return std::clamp(10.0 * std::log10((target + 1e-30) / (distortion + 1e-30)), -100.0, 100.0);
}

}  // namespace rinse
