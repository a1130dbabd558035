// The middle of the voice network: recurrent layers along frequency in both directions, then along time with the same
// weights for all positions; each added to what came in (dual-path recurrence, Luo et al. 2020). Along time a DualPath
// hears the past only; an AheadPath hears what follows.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "nn/gru.h"
#include "nn/linear.h"
#include "nn/norm.h"

namespace rinse::nn {

class DualPath {
 public:
  static Result<DualPath> create(const Weights& weights, const std::string& name, int positions, int channels);
  /// In place, x[positions][channels].
  void operator()(float* x) noexcept;
  void reset() noexcept;

 private:
  friend class AheadPath;
  DualPath(Gru there, Gru back, Gru along, Linear acrossOut, Linear alongOut, LayerNorm acrossNorm, LayerNorm alongNorm,
           int positions, int channels);
  void across(float* x) noexcept;
  void step(const float* x) noexcept;
  void addStates(float* x) noexcept;
  void add(const float* y, const Linear& linear, const LayerNorm& norm, float* x) noexcept;

  int positions_, channels_;
  Gru there_, back_, along_;
  Linear acrossOut_, alongOut_;
  LayerNorm acrossNorm_, alongNorm_;
  std::vector<float> both_;    // [positions][channels] both directions' states
  std::vector<float> states_;  // [positions][channels] along time
  std::vector<float> out_;     // [channels]
};

/// Takes frames one by one and gives them back kChunk at a time, each having heard what follows: along time it goes
/// from kBeyond frames after the chunk back to its beginning.
class AheadPath {
 public:
  static constexpr int kChunk = 96, kBeyond = 48;  // frames

  explicit AheadPath(DualPath path);
  /// x[positions][channels]; `first`: what came before it is to be forgotten. Whether a chunk is there now, good until
  /// the next call.
  bool push(const float* x, bool first) noexcept;
  /// Frame t of the chunk, 0 … kChunk - 1, and whether it is a first one.
  float* operator[](int t) noexcept { return frames_.data() + t * path_.states_.size(); }
  bool first(int t) const noexcept { return first_[t]; }
  void reset() noexcept { filled_ = 0; }

 private:
  DualPath path_;
  std::vector<float> frames_;  // [kChunk + kBeyond][positions][channels]
  std::array<bool, kChunk + kBeyond> first_{};
  int filled_ = 0;  // frames
};

}  // namespace rinse::nn
