// A linear layer, y = W x + b, whole or in groups: group g of the inputs makes group g of the outputs (as in grouped
// linear layers, Schröter 2022).
#pragma once

#include <string>
#include <vector>

#include "nn/matrix.h"
#include "nn/weights.h"

namespace rinse::nn {

class Linear {
 public:
  /// Takes `name`.weight [outputs][inputs / groups] and, unless there is none, `name`.bias [outputs].
  static Result<Linear> create(const Weights& weights, const std::string& name, int inputs, int outputs,
                               int groups = 1);

  int outputs() const { return outputs_; }
  /// Length that the results need: each group rounded up to eight, once.
  int paddedOutputs() const { return outputs_ / groups() * (groups() - 1) + matrices_[0].paddedRows(); }
  /// y[outputs] from x[inputs]; writes y[paddedOutputs].
  void operator()(const float* x, float* y) const noexcept;

 private:
  int groups() const { return static_cast<int>(matrices_.size()); }
  int inputs_ = 0, outputs_ = 0;
  std::vector<Matrix> matrices_;  // [groups]
  std::vector<float> bias_;       // [outputs]
};

}  // namespace rinse::nn
