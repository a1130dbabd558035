// A gated recurrent layer for training on a CPU, over kLanes sequences side by side: torch.nn.GRU's equations forward
// and backward in one pass over time. PyTorch takes three times as long: for each step it allocates, multiplies, splits
// and concatenates anew.
//
//   r = σ(Wir x + bir + Whr h + bhr),  z = σ(Wiz x + biz + Whz h + bhz),
//   n = tanh(Win x + bin + r ⊙ (Whn h + bhn)),  h' = (1 - z) ⊙ n + z ⊙ h.
#pragma once

#include <vector>

#include "lanes.h"

namespace rinse {

/// [time][rows][lanes] somewhere in memory, lanes dense.
template <class T>
struct Sequence {
  T* first;
  long step, row;  // floats from one time or row to the next
  T* operator()(int t, int r = 0) const { return first + t * step + r * row; }
};

class GruLayer {
 public:
  /// Weights as torch.nn.GRU has them: wi[3 units][inputs], wh[3 units][units], bi and bh[3 units]. They stay where
  /// they are. Inputs: a multiple of four, units of eight. With reverse, time runs from the end.
  GruLayer(const float* wi, const float* wh, const float* bi, const float* bh, int inputs, int units, bool reverse);
  int inputs() const { return inputs_; }
  int units() const { return units_; }

  /// x[steps][inputs] -> h[steps][units]; kept[steps][4 units] is r, z, n and Whn h + bhn, for the way back.
  void forward(int steps, Sequence<const float> x, Sequence<float> h, Sequence<float> kept);
  /// From dh to dx, to which it adds. The gradients of the weights are summed up until they are given.
  void backward(int steps, Sequence<const float> x, Sequence<const float> h, Sequence<const float> kept,
                Sequence<const float> dh, Sequence<float> dx);
  /// Adds what backward() has summed up.
  void give(float* dwi, float* dwh, float* dbi, float* dbh) const;

 private:
  void begin(float* gates) const;

  const float *wi_, *wh_, *bi_, *bh_;
  int inputs_, units_;
  bool reverse_;
  std::vector<float> transposedInput_, transposedState_;
  std::vector<float> gates_, state_, chunk_, back_;
  std::vector<lanes::V> biases_;
  lanes::OuterProducts sumsInput_, sumsState_;
};

}  // namespace rinse
