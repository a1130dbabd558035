#include "nn/matrix.h"

#include <algorithm>

#include "blocks/f32x4.h"

namespace rinse::nn {

namespace {

constexpr int kStripe = 8;       // rows
constexpr int kMostStripes = 6;  // side by side: their sums, an input and a product are what sixteen registers hold

/// Calls use(first row, stripes) for each band of a matrix: as few as there can be, of about the same height.
template <class Use>
void forBands(int rows, Use use) noexcept {
  const int stripes = rows / kStripe, bands = (stripes + kMostStripes - 1) / kMostStripes;
  for (int band = 0, first = 0; band < bands; ++band) {
    const int end = stripes * (band + 1) / bands;
    use(first * kStripe, end - first);
    first = end;
  }
}

/// One band. The sums are independent, so that no addition waits for another. Not inlined: the variants in one loop
/// would share the registers.
template <int stripes>
[[gnu::noinline]] void addBand(const float* w, int columns, const float* x, float* y) noexcept {
  constexpr int kVectors = 2 * stripes;
  f32x4 sum[kVectors];
  for (int i = 0; i < kVectors; ++i) sum[i] = load4(y + 4 * i);
  for (int c = 0; c < columns; ++c, w += stripes * kStripe) {
    const f32x4 v = splat(x[c]);
    for (int i = 0; i < kVectors; ++i) sum[i] += load4(w + 4 * i) * v;
  }
  for (int i = 0; i < kVectors; ++i) store4(y + 4 * i, sum[i]);
}

}  // namespace

Matrix::Matrix(std::span<const float> values, int rows, int columns)
    : rows_(rows), columns_(columns), bands_(static_cast<size_t>(paddedRows()) * columns, 0.0f) {
  forBands(paddedRows(), [&](int first, int stripes) {
    float* w = bands_.data() + static_cast<size_t>(first) * columns;
    for (int c = 0; c < columns; ++c, w += stripes * kStripe) {
      for (int r = first; r < std::min(first + stripes * kStripe, rows); ++r)
        w[r - first] = values[static_cast<size_t>(r) * columns + c];
    }
  });
}

void Matrix::addTo(const float* x, float* y) const noexcept {
  forBands(paddedRows(), [&](int first, int stripes) {
    const float* w = bands_.data() + static_cast<size_t>(first) * columns_;
    switch (stripes) {
      case 1:
        return addBand<1>(w, columns_, x, y + first);
      case 2:
        return addBand<2>(w, columns_, x, y + first);
      case 3:
        return addBand<3>(w, columns_, x, y + first);
      case 4:
        return addBand<4>(w, columns_, x, y + first);
      case 5:
        return addBand<5>(w, columns_, x, y + first);
      default:
        return addBand<kMostStripes>(w, columns_, x, y + first);
    }
  });
}

void Matrix::addToPlain(const float* x, float* y) const noexcept {
  forBands(paddedRows(), [&](int first, int stripes) {
    const float* w = bands_.data() + static_cast<size_t>(first) * columns_;
    for (int r = first; r < std::min(first + stripes * kStripe, rows_); ++r) {
      for (int c = 0; c < columns_; ++c) y[r] += w[c * stripes * kStripe + r - first] * x[c];
    }
  });
}

}  // namespace rinse::nn
