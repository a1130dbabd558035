// Evens out loud and soft frames and leans the spectrum towards the low end, as the last step after subtraction: each
// frame is divided by its largest magnitude to the power b, then tapered with the right half of a Hamming window over
// frequency. Not for wanted dynamics or treble.
#pragma once

#include <span>
#include <vector>

namespace rinse {

class Whitening {
 public:
  void prepare(int bins, double hopSeconds);
  void reset() noexcept { loudest_ = 0.0f; }
  /// power[bins] of the input; gain[bins] in place; b: 0 … 1. The division is relative to the loudest magnitude of the
  /// last seconds, so that speech keeps its level.
  void process(std::span<const float> power, std::span<float> gain, float b) noexcept;

 private:
  float loudest_ = 0.0f, fade_ = 0.999f;  // power
  std::vector<float> taper_;              // [bins]
};

}  // namespace rinse
