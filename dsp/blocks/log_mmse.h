// The gain of the log-spectral amplitude estimator (Ephraim & Malah 1985, "Speech enhancement using a minimum
// mean-square error log-spectral amplitude estimator", IEEE TASSP 33(2)), four bins at a time and one at a time with
// libm as its plain twin.
#pragma once

#include "blocks/f32x4.h"

namespace rinse {

/// Exponential integral E1(v), v > 0, relative error below 6e-5. Abramowitz & Stegun 5.1.53 (v <= 1) and 5.1.54 (v >
/// 1). `expMinusV` is exp(-v), which callers have at hand.
inline f32x4 exponentialIntegral4(f32x4 v, f32x4 expMinusV) {
  const f32x4 u = min4(v, splat(1.0f));
  f32x4 series = splat(0.00107857f);
  series = series * u - 0.00976004f;
  series = series * u + 0.05519968f;
  series = series * u - 0.24991055f;
  series = series * u + 0.99999193f;
  series = series * u - 0.57721566f;
  series = series - 0.69314718f * log2_4(u);
  const f32x4 w = max4(v, splat(1.0f));
  const f32x4 tail = (w * w + 2.334733f * w + 0.250621f) / (w * w + 3.330657f * w + 1.681534f) * expMinusV / w;
  return select(v > 1.0f, tail, series);
}

/// Eq. 20: G = xi / (1 + xi) * exp(E1(v) / 2), v = gamma * xi / (1 + xi). xi: a-priori SNR, gamma: a-posteriori SNR
/// (power ratios). `wiener` is xi / (1 + xi).
inline f32x4 logMmseGain4(f32x4 wiener, f32x4 v, f32x4 expMinusV) {
  return wiener * exp4(0.5f * exponentialIntegral4(v, expMinusV));
}

/// The plain twin in double precision, E1 by its series and continued fraction. For tests.
double logMmseGain(double xi, double gamma);

}  // namespace rinse
