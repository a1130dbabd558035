// Four floats at a time, with the few elementary functions that the suppressors need. One source for SSE, NEON and wasm
// SIMD through the compilers' vector extensions. Not for code that is not in an inner loop: plain floats read better.
#pragma once

#include <cstdint>
#include <cstring>

namespace rinse {

// Inlined in builds for size too: a call costs more than what it does.
#define RINSE_INLINE [[gnu::always_inline]] inline

typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));

/// The least multiple of four that holds n: how long arrays are that are read in vectors.
inline int roundUp4(int n) { return (n + 3) & ~3; }

RINSE_INLINE f32x4 splat(float x) { return f32x4{x, x, x, x}; }

RINSE_INLINE f32x4 load4(const float* p) {
  f32x4 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

RINSE_INLINE void store4(float* p, f32x4 v) { std::memcpy(p, &v, sizeof v); }

/// Lane by lane: mask (all ones or all zeros, as comparisons give it) ? a : b.
RINSE_INLINE f32x4 select(i32x4 mask, f32x4 a, f32x4 b) { return (f32x4)((mask & (i32x4)a) | (~mask & (i32x4)b)); }

inline f32x4 min4(f32x4 a, f32x4 b) { return select(a < b, a, b); }
inline f32x4 max4(f32x4 a, f32x4 b) { return select(a > b, a, b); }
inline f32x4 clamp4(f32x4 x, float lo, float hi) { return min4(max4(x, splat(lo)), splat(hi)); }

/// 2^x, relative error below 2e-7 for |x| <= 126; x is clamped to that range.
/// 2^x = 2^n * 2^f with n = round(x); 2^f by the degree-6 Chebyshev interpolant on [-1/2, 1/2].
inline f32x4 exp2_4(f32x4 x) {
  x = clamp4(x, -126.0f, 126.0f);
  const f32x4 magic = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to the nearest integer
  const f32x4 n = (x + magic) - magic;
  const f32x4 f = x - n;
  f32x4 p = splat(0.0001546144511f);
  p = p * f + 0.001340042818f;
  p = p * f + 0.009618056677f;
  p = p * f + 0.05550327227f;
  p = p * f + 0.2402265092f;
  p = p * f + 0.6931472067f;
  p = p * f + 1.0f;
  const i32x4 exponent = __builtin_convertvector(n, i32x4) + 127;
  return p * (f32x4)(exponent << 23);
}

/// log2(x) for positive normal x, absolute error below 1e-6 near 1 and relative error below 2e-7 elsewhere.
/// x = 2^e * m with m in [1/sqrt 2, sqrt 2); log2(m) = (m-1) * P(m-1), P the degree-8 Chebyshev interpolant.
inline f32x4 log2_4(f32x4 x) {
  const i32x4 bits = (i32x4)max4(x, splat(1.17549435e-38f));
  const i32x4 e = (bits - 0x3f3504f3) >> 23;  // 0x3f3504f3 is 1/sqrt 2
  const f32x4 t = (f32x4)(bits - (e << 23)) - 1.0f;
  f32x4 p = splat(0.1231096848f);
  p = p * t - 0.2058618806f;
  p = p * t + 0.2160782255f;
  p = p * t - 0.2391698814f;
  p = p * t + 0.2879032609f;
  p = p * t - 0.3606932681f;
  p = p * t + 0.4809107535f;
  p = p * t - 0.7213474682f;
  p = p * t + 1.442695004f;
  return __builtin_convertvector(e, f32x4) + p * t;
}

inline f32x4 exp4(f32x4 x) { return exp2_4(x * 1.44269504f); }

}  // namespace rinse
