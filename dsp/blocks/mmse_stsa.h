// The gain of the short-time spectral amplitude estimator (Ephraim & Malah 1984, "Speech enhancement using a minimum
// mean-square error short-time spectral amplitude estimator", IEEE TASSP 32(6)), four bins at a time.
#pragma once

#include "blocks/f32x4.h"

namespace rinse {

/// exp(-x) I0(x) and exp(-x) I1(x), x >= 0, relative error below 1e-6: Abramowitz & Stegun 9.8.1 to 9.8.4.
struct ScaledBessel4 {
  f32x4 i0, i1;
};

inline ScaledBessel4 scaledBessel4(f32x4 x) {
  const f32x4 low = min4(x, splat(3.75f)), u = low * low * (1.0f / (3.75f * 3.75f)), decay = exp4(-low);
  f32x4 a = splat(0.0045813f);
  a = a * u + 0.0360768f;
  a = a * u + 0.2659732f;
  a = a * u + 1.2067492f;
  a = a * u + 3.0899424f;
  a = a * u + 3.5156229f;
  a = a * u + 1.0f;
  f32x4 b = splat(0.00032411f);
  b = b * u + 0.00301532f;
  b = b * u + 0.02658733f;
  b = b * u + 0.15084934f;
  b = b * u + 0.51498869f;
  b = b * u + 0.87890594f;
  b = b * u + 0.5f;
  const f32x4 high = max4(x, splat(3.75f)), t = 3.75f / high, root = exp2_4(-0.5f * log2_4(high));
  f32x4 c = splat(0.00392377f);
  c = c * t - 0.01647633f;
  c = c * t + 0.02635537f;
  c = c * t - 0.02057706f;
  c = c * t + 0.00916281f;
  c = c * t - 0.00157565f;
  c = c * t + 0.00225319f;
  c = c * t + 0.01328592f;
  c = c * t + 0.39894228f;
  f32x4 d = splat(-0.00420059f);
  d = d * t + 0.01787654f;
  d = d * t - 0.02895312f;
  d = d * t + 0.02282967f;
  d = d * t - 0.01031555f;
  d = d * t + 0.00163801f;
  d = d * t - 0.00362018f;
  d = d * t - 0.03988024f;
  d = d * t + 0.39894228f;
  return {select(x < 3.75f, a * decay, c * root), select(x < 3.75f, b * low * decay, d * root)};
}

/// Eq. 7: G = sqrt(pi v) / (2 gamma) exp(-v/2) [(1 + v) I0(v/2) + v I1(v/2)], v = gamma * xi / (1 + xi). xi: a-priori
/// SNR, gamma: a-posteriori SNR (power ratios).
inline f32x4 mmseStsaGain4(f32x4 gamma, f32x4 v) {
  const ScaledBessel4 bessel = scaledBessel4(0.5f * v);
  const f32x4 root = exp2_4(0.5f * log2_4(v));
  return 0.886226925f * root / gamma * ((1.0f + v) * bessel.i0 + v * bessel.i1);
}

}  // namespace rinse
