// The spectrum of what passed a moment ago, for a picture of it: power density at the points of a noise profile. Costs
// a copy while audio runs, a transform when somebody looks. Not for processing.
#pragma once

#include <optional>
#include <vector>

#include "blocks/fft.h"
#include "core/block.h"

namespace rinse {

class SpectrumTap {
 public:
  void prepare(double sampleRate);
  void reset() noexcept;
  /// Listens to the mean of all channels.
  void listen(Block) noexcept;
  /// dB re full scale^2 / Hz at the NoiseProfile's points [kPoints], of the last 40 ms.
  std::vector<float> densityDb() const;

 private:
  double sampleRate_ = 48000.0;
  std::optional<RealFft> fft_;          // made in prepare()
  std::vector<float> window_, recent_;  // [frame]; recent_ is a ring
  size_t at_ = 0;
};

}  // namespace rinse
