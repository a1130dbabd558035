#include "nn/norm.h"

#include <cmath>

namespace rinse::nn {

Result<LayerNorm> LayerNorm::create(const Weights& weights, const std::string& name, int length, float epsilon) {
  auto weight = weights.take(name + ".weight", {length}), bias = weights.take(name + ".bias", {length});
  if (!weight) return Error{weight.error()};
  if (!bias) return Error{bias.error()};
  LayerNorm layer;
  layer.weight_ = std::move(*weight);
  layer.bias_ = std::move(*bias);
  layer.epsilon_ = epsilon;
  return layer;
}

void LayerNorm::operator()(float* x) const noexcept {
  const size_t n = weight_.size();
  const float *weight = weight_.data(), *bias = bias_.data();
  float mean = 0.0f, variance = 0.0f;
  for (size_t i = 0; i < n; ++i) mean += x[i];
  mean /= static_cast<float>(n);
  for (size_t i = 0; i < n; ++i) variance += (x[i] - mean) * (x[i] - mean);
  const float scale = 1.0f / std::sqrt(variance / static_cast<float>(n) + epsilon_);
  for (size_t i = 0; i < n; ++i) x[i] = (x[i] - mean) * scale * weight[i] + bias[i];
}

}  // namespace rinse::nn
