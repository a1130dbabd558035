// Sixteen floats at a time for trainers on a CPU: loads, stores, and the functions of the networks' layers.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace rinse::lanes {

typedef float V __attribute__((vector_size(64)));
typedef int32_t I __attribute__((vector_size(64)));
constexpr int kWidth = 16;

#define INLINE [[gnu::always_inline]] inline

INLINE V load(const float* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
INLINE void store(float* p, V v) { std::memcpy(p, &v, sizeof v); }
INLINE V clamp(V x, float limit) {
  x = x > limit ? V{} + limit : x;
  return x < -limit ? V{} - limit : x;
}
/// As exp2_4 in dsp/blocks/f32x4.h.
INLINE V exp2v(V x) {
  x = clamp(x, 126.0f);
  const V n = (x + 12582912.0f) - 12582912.0f, f = x - n;
  V p = V{} + 0.0001546144511f;
  p = p * f + 0.001340042818f;
  p = p * f + 0.009618056677f;
  p = p * f + 0.05550327227f;
  p = p * f + 0.2402265092f;
  p = p * f + 0.6931472067f;
  p = p * f + 1.0f;
  return p * (V)((__builtin_convertvector(n, I) + 127) << 23);
}
INLINE V sqrtv(V x) {
  for (int k = 0; k < kWidth; ++k) x[k] = std::sqrt(x[k]);
  return x;
}
INLINE V sigmoid(V x) { return 1.0f / (1.0f + exp2v(x * -1.44269504f)); }
INLINE V tanhv(V x) { return 2.0f * sigmoid(2.0f * x) - 1.0f; }

}  // namespace rinse::lanes
