// The post-filter against musical noise (Esch & Vary 2009, "Efficient musical noise suppression for speech enhancement
// systems", ICASSP): the less of a frame's energy is left, the wider the gains are averaged over frequency, so that
// single peaks in pauses vanish and speech stays as it is.
#pragma once

#include <span>
#include <vector>

#include "blocks/running_sums.h"

namespace rinse {

class GainSmoothing {
 public:
  void prepare(int bins);
  /// power[bins], gain[bins]; in place.
  void process(std::span<const float> power, std::span<float> gain) noexcept;
  /// Bins of the last frame's window: N.
  int width() const noexcept { return width_; }

 private:
  int bins_ = 0, width_ = 1;
  RunningSums sums_;
  std::vector<float> smoothed_;  // [bins]
};

}  // namespace rinse
