// A gated recurrent unit (Cho et al. 2014, in the form of cuDNN and PyTorch: the reset gate acts on the recurrent
// product), one step at a time, whole or in groups of units that don't see each other.
#pragma once

#include <string>
#include <vector>

#include "nn/matrix.h"
#include "nn/weights.h"

namespace rinse::nn {

/// r = s(Wr x + Ur h), z = s(Wz x + Uz h), n = tanh(Wn x + r * (Un h)), h' = (1 - z) n + z h; each with its biases.
class Gru {
 public:
  /// For each group g, takes `name`.g.weight_ih [3 * units / groups][inputs / groups] and weight_hh [3 * …][units /
  /// groups], gates in the order r, z, n, with bias_ih and bias_hh; a single group's have no number. Units of a group:
  /// a multiple of eight.
  static Result<Gru> create(const Weights& weights, const std::string& name, int inputs, int units, int groups = 1);

  int units() const { return units_; }
  /// The state, which is the output too: [units].
  const std::vector<float>& operator()(const float* x) noexcept {
    step(x, state_.data());
    return state_;
  }
  /// The same on a state that the caller holds, [units]: several rows with the same weights.
  void step(const float* x, float* state) noexcept;
  const std::vector<float>& state() const { return state_; }
  void reset() noexcept;

 private:
  struct Group {
    Matrix input, recurrent;                      // [3 * units][inputs], [3 * units][units]
    std::vector<float> inputBias, recurrentBias;  // [3 * units]
  };
  int inputs_ = 0, units_ = 0;
  std::vector<Group> groups_;
  std::vector<float> fromInput_, fromState_;  // [3 * units of a group]
  std::vector<float> state_;
};

}  // namespace rinse::nn
