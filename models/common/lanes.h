// Sixteen floats at a time for trainers on a CPU: loads, stores, the functions of the networks' layers, and matrices
// times what kLanes sequences side by side have, [rows][lanes].
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace rinse::lanes {

typedef float V __attribute__((vector_size(64)));
typedef int32_t I __attribute__((vector_size(64)));
constexpr int kWidth = 16;
constexpr int kLanes = 2 * kWidth;

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

/// y[rows][lanes] += w[rows][columns] · x[columns][lanes]; x with a stride between its rows, y packed.
template <int kRows>
INLINE void multiplyRows(const float* w, int columns, const float* x, long stride, float* y) {
  V sum[kRows][2];
  for (int r = 0; r < kRows; ++r) sum[r][0] = load(y + r * kLanes), sum[r][1] = load(y + r * kLanes + kWidth);
  for (int c = 0; c < columns; ++c) {
    const V a = load(x + c * stride), b = load(x + c * stride + kWidth);
    for (int r = 0; r < kRows; ++r) sum[r][0] += w[r * columns + c] * a, sum[r][1] += w[r * columns + c] * b;
  }
  for (int r = 0; r < kRows; ++r) store(y + r * kLanes, sum[r][0]), store(y + r * kLanes + kWidth, sum[r][1]);
}

inline void multiply(const float* w, int rows, int columns, const float* x, long stride, float* y) {
  int r = 0;
  for (; r + 8 <= rows; r += 8) multiplyRows<8>(w + r * columns, columns, x, stride, y + r * kLanes);
  for (; r < rows; ++r) multiplyRows<1>(w + r * columns, columns, x, stride, y + r * kLanes);
}

/// Rows and columns exchanged, in four steps of halves (Eklundh 1972).
INLINE void transpose(V (&x)[kWidth]) {
  for (int k = 0; k < 8; ++k) {
    const V a = x[k], b = x[k + 8];
    x[k] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
    x[k + 8] = __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  }
  for (int k = 0; k < 16; k += (k & 3) == 3 ? 5 : 1) {
    const V a = x[k], b = x[k + 4];
    x[k] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27);
    x[k + 4] = __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
  for (int k = 0; k < 16; k += (k & 1) == 1 ? 3 : 1) {
    const V a = x[k], b = x[k + 2];
    x[k] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
    x[k + 2] = __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  for (int k = 0; k < 16; k += 2) {
    const V a = x[k], b = x[k + 1];
    x[k] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
    x[k + 1] = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
}

/// Gradients of a weight [rows][columns], rows a multiple of eight: Σ g[row] x[column] over steps and lanes.
class OuterProducts {
 public:
  OuterProducts(int rows, int columns)
      : rows_(rows), columns_(columns), vectors_((columns + kWidth - 1) / kWidth), sums_(rows * vectors_ * kWidth) {}

  /// g[steps][rows][lanes], x[steps][columns][lanes].
  void add(const float* g, long gStep, const float* x, long xStep, int steps) {
    for (; steps > 0; steps -= kChunk, g += kChunk * gStep, x += kChunk * xStep) {
      const int now = steps < kChunk ? steps : kChunk;
      turn(x, xStep, now);
      for (int r = 0; r < rows_; r += kTile)
        for (int v = 0; v < vectors_; v += kMost) {
          const int width = vectors_ - v < kMost ? vectors_ - v : kMost;
          (this->*(width == 3   ? &OuterProducts::sum<3>
                   : width == 2 ? &OuterProducts::sum<2>
                                : &OuterProducts::sum<1>))(r, v, g, gStep, now);
        }
    }
  }
  void give(float* w) const {
    for (int r = 0; r < rows_; ++r)
      for (int c = 0; c < columns_; ++c) w[r * columns_ + c] += sums_[r * vectors_ * kWidth + c];
  }

 private:
  static constexpr int kTile = 8, kMost = 3;  // rows and vectors whose sums stay in registers
  static constexpr int kChunk = 8;            // steps that stay in the cache

  /// turned_[steps][lanes][columns].
  void turn(const float* x, long step, int steps) {
    turned_.resize(steps * kLanes * vectors_ * kWidth);
    for (int t = 0; t < steps; ++t)
      for (int half = 0; half < kLanes; half += kWidth)
        for (int v = 0; v < vectors_; ++v) {
          V square[kWidth];
          for (int k = 0; k < kWidth; ++k) {
            const int c = v * kWidth + k;
            square[k] = c < columns_ ? load(x + t * step + c * kLanes + half) : V{};
          }
          transpose(square);
          for (int k = 0; k < kWidth; ++k)
            store(&turned_[((t * kLanes + half + k) * vectors_ + v) * kWidth], square[k]);
        }
  }
  template <int kVectors>
  void sum(int row, int vector, const float* g, long gStep, int steps) {
    V s[kTile][kVectors];
    float* to = &sums_[(row * vectors_ + vector) * kWidth];
    for (int i = 0; i < kTile; ++i)
      for (int v = 0; v < kVectors; ++v) s[i][v] = load(to + (i * vectors_ + v) * kWidth);
    const float* from = &turned_[vector * kWidth];
    for (int t = 0; t < steps; ++t)
      for (int lane = 0; lane < kLanes; ++lane, from += vectors_ * kWidth) {
        const float* a = g + t * gStep + row * kLanes + lane;
        V x[kVectors];
        for (int v = 0; v < kVectors; ++v) x[v] = load(from + v * kWidth);
        for (int i = 0; i < kTile; ++i)
          for (int v = 0; v < kVectors; ++v) s[i][v] += a[i * kLanes] * x[v];
      }
    for (int i = 0; i < kTile; ++i)
      for (int v = 0; v < kVectors; ++v) store(to + (i * vectors_ + v) * kWidth, s[i][v]);
  }

  int rows_, columns_, vectors_;
  std::vector<float> sums_, turned_;
};

inline float total(V v) {
  float sum = 0.0f;
  for (int k = 0; k < kWidth; ++k) sum += v[k];
  return sum;
}

inline std::vector<float> transposed(const float* w, int rows, int columns) {
  std::vector<float> t(static_cast<size_t>(rows) * columns);
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c) t[c * rows + r] = w[r * columns + c];
  return t;
}

}  // namespace rinse::lanes
