// The voice network (models/voice/network.py), a frame in, a frame out: convolutions over frequency and time down to
// sixteen positions, recurrent layers along frequency and along time there, and back up with the encoder's outputs
// added. Not for other topologies: those get a class of their own.
#pragma once

#include <vector>

#include "nn/conv.h"
#include "nn/gru.h"
#include "nn/linear.h"
#include "nn/norm.h"
#include "nn/voice_frame.h"

namespace rinse::nn {

/// Along frequency in both directions, then along time with the same weights for all positions; each added to what came
/// in (dual-path recurrence, Luo et al. 2020).
class DualPath {
 public:
  static Result<DualPath> create(const Weights& weights, const std::string& name, int positions, int channels);
  /// In place, x[positions][channels].
  void operator()(float* x) noexcept;
  void reset() noexcept;

 private:
  DualPath(Gru there, Gru back, Gru along, Linear acrossOut, Linear alongOut, LayerNorm acrossNorm, LayerNorm alongNorm,
           int positions, int channels);
  void add(const float* y, const Linear& linear, const LayerNorm& norm, float* x) noexcept;

  int positions_, channels_;
  Gru there_, back_, along_;
  Linear acrossOut_, alongOut_;
  LayerNorm acrossNorm_, alongNorm_;
  std::vector<float> both_;    // [positions][channels] both directions' states
  std::vector<float> states_;  // [positions][channels] along time
  std::vector<float> out_;     // [channels]
};

class VoiceNet {
 public:
  // Names among a host's models: of the one that hears nothing ahead, and of the one that hears VoiceFrame::kAhead.
  static constexpr char kModel[] = "voice", kAheadModel[] = "voice-ahead";

  static Result<VoiceNet> create(const Weights& weights);
  struct Answer {
    const float* output;  // [kPositions][kOutputs] of VoiceFrame, good until the next call
    const float* again;   // the same for the frame before, better than it was then
    float speech, music;  // probabilities of being there
  };
  /// input[kPositions][kInputs] of VoiceFrame.
  Answer operator()(const float* input) noexcept;
  void reset() noexcept;

 private:
  VoiceNet(std::vector<Conv> convs, std::vector<DepthwiseConv> depthwise, std::vector<DualPath> middle,
           std::vector<TransposedConv> ups, Linear heads);

  std::vector<Conv> convs_;               // [3] the first layer, then what mixes channels after each depthwise one
  std::vector<DepthwiseConv> depthwise_;  // [2]
  std::vector<DualPath> middle_;          // [3]
  std::vector<TransposedConv> ups_;       // [2], then both answers
  Linear heads_;
  std::vector<float> x_, mean_, told_;
};

}  // namespace rinse::nn
