#include "nn/linear.h"

#include <algorithm>

#include "nn/activation.h"

namespace rinse::nn {

Result<Linear> Linear::create(const Weights& weights, const std::string& name, int inputs, int outputs, int groups) {
  Linear layer;
  layer.inputs_ = inputs;
  layer.outputs_ = outputs;
  const int in = inputs / groups, out = outputs / groups;
  if (in * groups != inputs || out * groups != outputs)
    return Error{name + ": " + std::to_string(inputs) + " inputs and " + std::to_string(outputs) +
                 " outputs can't be cut into " + std::to_string(groups) + " groups"};
  auto values = weights.take(name + ".weight", {outputs, in});
  if (!values) return Error{values.error()};
  for (int g = 0; g < groups; ++g)
    layer.matrices_.emplace_back(
        std::span(*values).subspan(static_cast<size_t>(g) * out * in, static_cast<size_t>(out) * in), out, in);
  layer.bias_.assign(outputs, 0.0f);
  if (!weights.has(name + ".bias")) return layer;
  auto bias = weights.take(name + ".bias", {outputs});
  if (!bias) return Error{bias.error()};
  layer.bias_ = std::move(*bias);
  return layer;
}

void Linear::operator()(const float* x, float* y) const noexcept {
  const int in = inputs_ / groups(), out = outputs_ / groups();
  for (int g = 0; g < groups(); ++g) {  // in order: what a group writes beyond its end, the next one overwrites
    float* to = y + g * out;
    copyRow(std::span(bias_).subspan(static_cast<size_t>(g) * out, out), to);
    std::fill(to + out, to + matrices_[g].paddedRows(), 0.0f);
    matrices_[g].addTo(x + g * in, to);
  }
}

}  // namespace rinse::nn
