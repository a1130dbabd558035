// The voice network (models/voice/network.py), a frame in, a frame out: convolutions over frequency and time down to
// sixteen positions, recurrent layers along frequency and along time there and on both ways at thirty-two, and back up
// with the encoder's outputs added. As deep as there are weights for; with what hears ahead among them it answers
// later. Not for other topologies: those get a class of their own.
#pragma once

#include <vector>

#include "nn/conv.h"
#include "nn/dual_path.h"
#include "nn/linear.h"
#include "nn/voice_frame.h"

namespace rinse::nn {

class VoiceNet {
 public:
  // Names among a host's models: of the one that hears nothing ahead, and of the one for files.
  static constexpr char kModel[] = "voice", kAheadModel[] = "voice-ahead";

  static Result<VoiceNet> create(const Weights& weights);
  /// Frames between an input and its answer.
  int delay() const {
    return ahead_.empty() ? 0 : static_cast<int>(ahead_.size()) * AheadPath::kChunk + AheadPath::kBeyond - 1;
  }
  struct Answer {
    const float* output;  // [kPositions][kOutputs] of VoiceFrame, good until the next call
    const float* again;   // the same for the frame before, better than it was then
    float speech, music;  // probabilities of being there
  };
  /// input[kPositions][kInputs] of VoiceFrame. Until the first answer is there it gives zeros.
  Answer operator()(const float* input) noexcept;
  /// What comes next has nothing to do with what was: that is answered as if nothing followed.
  void forget() noexcept;
  void reset() noexcept;

 private:
  VoiceNet(std::vector<Conv> convs, std::vector<DepthwiseConv> depthwise, std::vector<DualPath> fine,
           std::vector<DualPath> middle, std::vector<AheadPath> ahead, std::vector<TransposedConv> ups, Linear heads);
  void encode(const float* input, float* skips) noexcept;
  void pass(size_t block, float* x, bool first) noexcept;
  void decode(float* x, bool first) noexcept;
  float* answer(unsigned frame) noexcept;

  std::vector<Conv> convs_;               // [3] the first layer, then what mixes channels after each depthwise one
  std::vector<DepthwiseConv> depthwise_;  // [2]
  std::vector<DualPath> fine_;            // [2] on the way down and on the way up
  std::vector<DualPath> middle_;          // as many as there are weights for
  std::vector<AheadPath> ahead_;          // between those; none where it is to answer at once
  std::vector<TransposedConv> ups_;       // [2], then both answers
  Linear heads_;
  std::vector<float> skips_;           // [delay + 1] a ring: what the encoder's layers gave
  std::vector<float> answers_;         // [a chunk, or 1] output, again, heads
  unsigned heard_ = 0, answered_ = 0;  // frames
  bool first_ = true;                  // is the next frame, or the first after what is forgotten
  std::vector<float> x_, mean_, told_;
};

}  // namespace rinse::nn
