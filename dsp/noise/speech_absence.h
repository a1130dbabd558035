// The a-priori probability that a bin holds no speech, from the a-priori SNR averaged near the bin, around it and over
// the frame (Cohen & Berdugo 2001, "Speech enhancement for non-stationary noise environments", Signal Processing 81,
// sec. 4). The means are plain ones where the paper weights by Hann windows. Isolated peaks of noise have no
// neighbours, so they get no benefit: that is what keeps musical noise away.
#pragma once

#include <span>
#include <vector>

#include "blocks/running_sums.h"

namespace rinse {

class SpeechAbsence {
 public:
  /// Allocates for `bins` bins of `binHz` Hz, one frame every `hopSeconds`.
  void prepare(int bins, double binHz, double hopSeconds);
  void reset() noexcept;
  /// xi[bins]: a-priori SNR of the frame before. Returns q[bins] in 0 … 0.95.
  std::span<const float> update(std::span<const float> xi) noexcept;

 private:
  float frameLikelihood() noexcept;

  int speechBins_ = 0;  // the frame's mean is taken over the band where speech has its energy
  int localWidth_ = 1, globalWidth_ = 15;
  float smoothing_ = 0.7f;  // beta
  float frameBefore_ = 0.0f, peak_ = 1.0f;
  std::vector<float> zeta_, local_, global_, absence_;  // [bins, rounded up to 4]
  RunningSums sums_;                                    // of zeta
  int bins_ = 0;
};

}  // namespace rinse
