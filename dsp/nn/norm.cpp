#include "nn/norm.h"

#include <cmath>

#include "blocks/f32x4.h"

namespace rinse::nn {

namespace {

/// Of f over x[n], in four sums: in one each addition would wait for the last.
template <class Function>
float sum(const float* x, size_t n, Function f) noexcept {
  f32x4 sums = splat(0.0f);
  size_t i = 0;
  for (; i + 4 <= n; i += 4) sums += f(load4(x + i));
  float total = sums[0] + sums[1] + sums[2] + sums[3];
  for (; i < n; ++i) total += f(splat(x[i]))[0];
  return total;
}

}  // namespace

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
  const float mean = sum(x, n, [](f32x4 v) { return v; }) / static_cast<float>(n);
  const float variance = sum(x, n, [&](f32x4 v) { return (v - mean) * (v - mean); }) / static_cast<float>(n);
  const float scale = 1.0f / std::sqrt(variance + epsilon_);
  const float *weight = weight_.data(), *bias = bias_.data();
  for (size_t i = 0; i < n; ++i) x[i] = (x[i] - mean) * scale * weight[i] + bias[i];
}

}  // namespace rinse::nn
