// The adapter that runs a processor at a rate of its own: down, process, up, with a whole and exact latency. Not for
// effects that can work at the host's rate.
#pragma once

#include <vector>

#include "blocks/resampler.h"
#include "core/processor.h"

namespace rinse {

class AtRate : public Processor {
 public:
  /// `inner` belongs to somebody else; `rate` in Hz.
  AtRate(Processor& inner, int rate) : inner_(inner), rate_(rate) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return latency_; }

 private:
  Processor& inner_;
  int rate_;
  int latency_ = 0;
  std::vector<Resampler> down_, up_;            // [channels]; empty where the host's rate is the inner one
  std::vector<std::vector<float>> innerAudio_;  // [channels][as many as one block can give]
};

}  // namespace rinse
