// The oldest noise estimate: the average of the frames in which nobody speaks (Boll 1979, "Suppression of acoustic
// noise in speech using spectral subtraction", IEEE TASSP 27(2)), told by the likelihood ratio of the whole frame
// (Sohn, Kim & Sung 1999, "A statistical model-based voice activity detection", IEEE SPL 6(1)) with a hangover. Knows
// nothing of noise under speech; a sound whose loudness does not move for a second is taken for noise, however loud it
// is.
#pragma once

#include <vector>

#include "noise/noise_tracker.h"

namespace rinse {

class VadAverage : public NoiseTracker {
 public:
  void prepare(int bins, double hopSeconds) override;
  void attack(double seconds) noexcept override;
  void update(std::span<const float> power) noexcept override;
  std::span<const float> noise() const noexcept override { return noise_; }
  void seed(std::span<const float> noise) noexcept override;
  void reset() noexcept override;
  /// Whether the last frame was taken for speech.
  bool speech() const noexcept { return hangover_ > 0; }

 private:
  float likelihoodRatio(std::span<const float> power) const noexcept;
  bool steady(std::span<const float> power) noexcept;

  double hopSeconds_ = 0.01;
  float noiseSmoothing_ = 0.9f, recentSmoothing_ = 0.95f;
  int hangoverFrames_ = 10, hangover_ = 0;
  bool first_ = true;
  std::vector<float> noise_, recent_;  // [bins] recent_: the mean of the last fraction of a second, whatever it is
  std::vector<float> levels_;          // dB of the last second's frames, a ring
  size_t frame_ = 0;
};

}  // namespace rinse
