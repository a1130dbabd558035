#include "nn/matrix.h"

#include <algorithm>

#include "blocks/f32x4.h"

namespace rinse::nn {

namespace {

constexpr int kStripe = 8;

/// `count` stripes side by side: their sums are independent, so that the additions of one don't wait for each other.
/// Not inlined: four variants in one loop would share the registers.
template <int count>
[[gnu::noinline]] void addStripes(const float* w, size_t stripe, int columns, const float* x, float* y) noexcept {
  f32x4 low[count], high[count];
  for (int s = 0; s < count; ++s) low[s] = load4(y + s * kStripe), high[s] = load4(y + s * kStripe + 4);
  for (int c = 0; c < columns; ++c, w += kStripe) {
    const f32x4 v = splat(x[c]);
    for (int s = 0; s < count; ++s) {
      low[s] += load4(w + s * stripe) * v;
      high[s] += load4(w + s * stripe + 4) * v;
    }
  }
  for (int s = 0; s < count; ++s) store4(y + s * kStripe, low[s]), store4(y + s * kStripe + 4, high[s]);
}

}  // namespace

Matrix::Matrix(std::span<const float> values, int rows, int columns)
    : rows_(rows), columns_(columns), stripes_(static_cast<size_t>(paddedRows()) * columns, 0.0f) {
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c)
      stripes_[(static_cast<size_t>(r / kStripe) * columns + c) * kStripe + r % kStripe] =
          values[static_cast<size_t>(r) * columns + c];
  }
}

void Matrix::addTo(const float* x, float* y) const noexcept {
  const size_t stripe = static_cast<size_t>(columns_) * kStripe;
  const float* w = stripes_.data();
  for (int left = paddedRows() / kStripe; left > 0;) {
    const int count = left == 5 || left == 6 || left == 9 ? 3 : std::min(left, 4);  // no single one at the end
    if (count == 4) addStripes<4>(w, stripe, columns_, x, y);
    if (count == 3) addStripes<3>(w, stripe, columns_, x, y);
    if (count == 2) addStripes<2>(w, stripe, columns_, x, y);
    if (count == 1) addStripes<1>(w, stripe, columns_, x, y);
    left -= count, w += count * stripe, y += count * kStripe;
  }
}

void Matrix::addToPlain(const float* x, float* y) const noexcept {
  for (int r = 0; r < rows_; ++r) {
    const float* w = &stripes_[static_cast<size_t>(r / kStripe) * columns_ * kStripe + r % kStripe];
    for (int c = 0; c < columns_; ++c) y[r] += w[static_cast<size_t>(c) * kStripe] * x[c];
  }
}

}  // namespace rinse::nn
