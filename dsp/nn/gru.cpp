#include "nn/gru.h"

#include <algorithm>

#include "nn/activation.h"

namespace rinse::nn {

Result<Gru> Gru::create(const Weights& weights, const std::string& name, int inputs, int units, int groups) {
  Gru layer;
  layer.inputs_ = inputs;
  layer.units_ = units;
  const int in = inputs / groups, out = units / groups;
  if (in * groups != inputs || out * groups != units || out % 8 != 0) {
    return Error{name + ": " + std::to_string(inputs) + " inputs and " + std::to_string(units) +
                 " units can't be cut into " + std::to_string(groups) + " groups with a multiple of eight units"};
  }
  for (int g = 0; g < groups; ++g) {
    const std::string of = groups == 1 ? name : name + "." + std::to_string(g);
    auto input = weights.take(of + ".weight_ih", {3 * out, in}),
         recurrent = weights.take(of + ".weight_hh", {3 * out, out});
    auto inputBias = weights.take(of + ".bias_ih", {3 * out}), recurrentBias = weights.take(of + ".bias_hh", {3 * out});
    for (auto* taken : {&input, &recurrent, &inputBias, &recurrentBias}) {
      if (!*taken) return Error{taken->error()};
    }
    layer.groups_.push_back({Matrix(*input, 3 * out, in), Matrix(*recurrent, 3 * out, out), std::move(*inputBias),
                             std::move(*recurrentBias)});
  }
  layer.fromInput_.assign(static_cast<size_t>(3) * out, 0.0f);
  layer.fromState_.assign(static_cast<size_t>(3) * out, 0.0f);
  layer.state_.assign(units, 0.0f);
  return layer;
}

void Gru::step(const float* x, float* h) noexcept {
  const int in = inputs_ / static_cast<int>(groups_.size()), out = units_ / static_cast<int>(groups_.size());
  for (const Group& group : groups_) {
    copyRow(group.inputBias, fromInput_.data());
    copyRow(group.recurrentBias, fromState_.data());
    group.input.addTo(x, fromInput_.data());
    group.recurrent.addTo(h, fromState_.data());
    const float *a = fromInput_.data(), *b = fromState_.data();
    for (int i = 0; i < out; i += 4) {
      const f32x4 r = sigmoid4(load4(a + i) + load4(b + i));
      const f32x4 z = sigmoid4(load4(a + out + i) + load4(b + out + i));
      const f32x4 n = tanh4(load4(a + 2 * out + i) + r * load4(b + 2 * out + i));
      store4(h + i, n + z * (load4(h + i) - n));
    }
    x += in;
    h += out;
  }
}

void Gru::reset() noexcept { std::fill(state_.begin(), state_.end(), 0.0f); }

}  // namespace rinse::nn
