// Noise power by the speech presence probability with a fixed prior (Gerkmann & Hendriks 2012, "Unbiased MMSE-based
// noise power estimation with low complexity and low tracking delay", IEEE TASLP 20(4)). Needs no silence at the start
// (but takes a voice that is there from the first sample on for noise until its first pause). Follows a floor that
// rises by 10 dB within a second, by more at 60 dB a second. Changes to the paper, see the .cpp: the estimate is
// unbiased for Gaussian noise; a bin that seems to hold speech without end rises slowly instead of at once, so that a
// held note stays, and fast only where the whole band does; an estimate that is far too high falls fast.
#pragma once

#include <vector>

#include "blocks/running_sums.h"
#include "noise/noise_tracker.h"

namespace rinse {

class SppMmse : public NoiseTracker {
 public:
  void prepare(int bins, double hopSeconds) override;
  void attack(double seconds) noexcept override;
  void update(std::span<const float> power) noexcept override;
  std::span<const float> noise() const noexcept override { return {noise_.data(), static_cast<size_t>(bins_)}; }
  void seed(std::span<const float> noise) noexcept override;
  void reset() noexcept override;

 private:
  bool floorHasRisen() noexcept;

  int bins_ = 0;
  double hopSeconds_ = 0.01;
  float powerSmoothing_ = 0.94f;    // alpha_pow of eq. 8; the paper's 0.8 at its hop is a time constant of 72 ms
  float presenceSmoothing_ = 0.9f;  // of the mean presence P-bar, eq. 23
  float fallSmoothing_ = 0.7f;
  float noteRise_ = 1.02f, floorRise_ = 1.15f;  // power ratios from frame to frame of bins that would lock
  bool first_ = true;
  double broadSeconds_ = 0.0;            // for how long nearly the whole band has looked like speech
  std::vector<float> noise_, presence_;  // [bins, rounded up to 4]
  std::vector<float> power_, ratio_, meanRatio_;
  RunningSums sums_;
};

}  // namespace rinse
