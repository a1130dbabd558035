// The networks' nonlinearities, four values at a time, in place over arrays whose length is a multiple of four
// (roundUp4), each beside its plain twin with libm.
#pragma once

#include <cmath>
#include <span>

#include "blocks/f32x4.h"

namespace rinse::nn {

/// 1 / (1 + e^-x), absolute error below 1e-6.
inline f32x4 sigmoid4(f32x4 x) { return 1.0f / (1.0f + exp4(-x)); }
/// tanh x = 2 sigmoid(2x) - 1, absolute error below 2e-6.
inline f32x4 tanh4(f32x4 x) { return 2.0f / (1.0f + exp4(-2.0f * x)) - 1.0f; }
inline f32x4 relu4(f32x4 x) { return max4(x, splat(0.0f)); }
inline f32x4 prelu4(f32x4 x, f32x4 slope) { return select(x > 0.0f, x, slope * x); }

inline float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

/// A row of some dozen values: calls of memmove cost more than they move, in wasm.
inline void copyRow(std::span<const float> from, float* to) noexcept {
  const float *x = from.data(), *end = x + from.size();
  for (; x + 4 <= end; x += 4, to += 4) store4(to, load4(x));
  while (x < end) *to++ = *x++;
}

/// x[i] = f(x[i]), for a length that is a multiple of four.
template <class Function>
void apply4(std::span<float> x, Function f) noexcept {
  for (float *p = x.data(), *end = p + x.size(); p < end; p += 4) store4(p, f(load4(p)));
}

}  // namespace rinse::nn
