// Layer normalisation (Ba, Kiros & Hinton 2016) of one frame. (Batch normalisation is folded into the layer before it
// at export.)
#pragma once

#include <string>
#include <vector>

#include "nn/weights.h"

namespace rinse::nn {

class LayerNorm {
 public:
  /// Takes `name`.weight and `name`.bias, [length] each; `epsilon` as PyTorch has it.
  static Result<LayerNorm> create(const Weights& weights, const std::string& name, int length, float epsilon = 1e-5f);
  /// In place, x[length].
  void operator()(float* x) const noexcept;

 private:
  std::vector<float> weight_, bias_;
  float epsilon_ = 1e-5f;
};

}  // namespace rinse::nn
