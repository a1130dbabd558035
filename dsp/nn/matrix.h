// The one kernel of the inference core: a matrix times a vector. Everything else in nn/ is a few lines on it. Not for
// matrix-matrix products. Weights are floats here, whatever they are in the file: widening int8 in the loop was four
// to five times slower in wasm, and a network that fits a worklet fits the cache as floats.
#pragma once

#include <span>
#include <vector>

namespace rinse::nn {

/// Weights in bands of up to 48 rows, [bands][columns][rows of the band], so that each input is broadcast to sums that
/// stay in registers, and weights are read in the order in which they lie.
class Matrix {
 public:
  Matrix() = default;
  /// values[rows][columns].
  Matrix(std::span<const float> values, int rows, int columns);

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  /// Length that results need: rows, rounded up to eight.
  int paddedRows() const { return (rows_ + 7) & ~7; }

  /// y[paddedRows] += W x[columns].
  void addTo(const float* x, float* y) const noexcept;
  /// The plain twin, in the same order of additions: equal to the bit.
  void addToPlain(const float* x, float* y) const noexcept;

 private:
  int rows_ = 0, columns_ = 0;
  std::vector<float> bands_;
};

}  // namespace rinse::nn
