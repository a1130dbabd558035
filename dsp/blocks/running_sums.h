// Means over a bin's neighbours at a cost that does not depend on how many they are. Not for weighted means.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

namespace rinse {

class RunningSums {
 public:
  explicit RunningSums(int size = 0) : sums_(size + 1, 0.0) {}

  /// Takes in[size].
  void assign(std::span<const float> in) noexcept {
    double sum = 0.0;
    for (size_t k = 0; k + 1 < sums_.size(); ++k) sums_[k + 1] = sum += in[k];
  }
  /// Sum of in[from] … in[to - 1].
  double sum(int from, int to) const noexcept { return sums_[to] - sums_[from]; }

  /// out[size]: the mean over 2 * halfWidth + 1 bins around each, fewer at the edges.
  void mean(int halfWidth, float* out) const noexcept {
    const int size = static_cast<int>(sums_.size()) - 1, inner = std::min(halfWidth, size),
              last = std::max(inner, size - halfWidth);
    const auto edge = [&](int k) {
      const int from = std::max(0, k - halfWidth), to = std::min(size, k + halfWidth + 1);
      out[k] = static_cast<float>(sum(from, to) / (to - from));
    };
    const double share = 1.0 / (2 * halfWidth + 1);
    for (int k = 0; k < inner; ++k) edge(k);
    for (int k = inner; k < last; ++k)
      out[k] = static_cast<float>((sums_[k + halfWidth + 1] - sums_[k - halfWidth]) * share);
    for (int k = last; k < size; ++k) edge(k);
  }

 private:
  std::vector<double> sums_;  // [size + 1]
};

}  // namespace rinse
