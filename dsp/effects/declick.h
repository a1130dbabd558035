// Finds clicks and writes what they covered anew: where a sample can be predicted neither from what came before nor
// from what comes after, it is replaced by what the all-pole model of its surroundings makes of both sides (Janssen,
// Veldhuis & Vries 1986, "Adaptive interpolation of discrete-time signals that can be modeled as autoregressive
// processes", IEEE TASSP 34(2); Godsill & Rayner 1998, "Digital audio restoration", chapters 4 and 5). Everything else
// stays as it is, bit for bit. Not for noise that is there all the time, nor for gaps longer than five milliseconds.
#pragma once

#include <array>
#include <vector>

#include "core/effect.h"

namespace rinse {

class Declick : public TimeEffect {
 public:
  enum Id { kSensitivity, kKind, kLongest };
  static const std::span<const Param> kParams;

  Declick() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return 2 * hop_; }

 private:
  static constexpr int kOrder = 32;

  void repair(std::vector<float>& x) noexcept;
  void model(const std::vector<float>& x) noexcept;
  void find() noexcept;
  void interpolate(std::vector<float>& x) noexcept;

  Spec spec_{};
  int hop_ = 1, filled_ = 0, longest_ = 1;
  std::vector<std::vector<float>> x_;         // [channels][4 hops] two behind, the one that goes out next, one ahead
  std::vector<double> windowed_, window_;     // [4 hops]
  std::array<double, kOrder + 1> a_{}, b_{};  // the error filter, and its autocorrelation
  double deviation_ = 0.0;                    // of the prediction's error
  std::vector<double> error_;                 // [4 hops] the smaller one of both directions'
  std::vector<float> sorted_;
  std::vector<int> bad_;                // samples to be written anew, in order
  std::vector<double> matrix_, right_;  // [most][most], [most]
};

}  // namespace rinse
