// The adapter from blocks of any size to frames of a fixed one. Costs one frame of latency, always, so that any block
// size gives the same samples. Not for spectral effects.
#pragma once

#include <vector>

#include "core/processor.h"

namespace rinse {

class Framed : public Processor {
 public:
  /// `inner` belongs to somebody else.
  Framed(Processor& inner, int frame) : inner_(inner), frame_(frame) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return frame_ + inner_.latency(); }

 private:
  Processor& inner_;
  int frame_;
  std::vector<std::vector<float>>
      buffer_;  // [channels][frame] before `filled_` the coming frame, from there on the finished one
  int filled_ = 0;
};

}  // namespace rinse
