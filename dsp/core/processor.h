// The one abstraction: what takes audio in place, block by block. Framing, rates and transforms are adapters (Framed,
// AtRate, Spectral), so that an effect never sees a host's block size.
#pragma once

#include "core/block.h"

namespace rinse {

struct Spec {
  double sampleRate;        // Hz
  int channels;             // 1 … kMaxChannels
  int maxFrames;            // the longest block that `process` will be given
  bool lowLatency = false;  // no looking ahead where it can be done without
  bool sideChain = false;   // blocks bring a side-chain along
};

/// One instance belongs to one thread.
class Processor {
 public:
  virtual ~Processor() = default;
  /// The only place that allocates.
  virtual void prepare(const Spec&) = 0;
  /// Planar float32, in place, any number of frames <= maxFrames.
  virtual void process(Block) noexcept = 0;
  /// Forgets the audio, keeps the parameters.
  virtual void reset() noexcept = 0;
  /// Samples, exact; valid after prepare().
  virtual int latency() const noexcept { return 0; }
};

}  // namespace rinse
