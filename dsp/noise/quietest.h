// A noise profile that finds itself: the mean of the quietest stretches of a seventh of a second heard so far, digital
// silence not counted. For noise that does not change; it stays as it is from then on, however long the speech. Its
// attack does nothing.
#pragma once

#include <vector>

#include "noise/noise_tracker.h"

namespace rinse {

class Quietest : public NoiseTracker {
 public:
  void prepare(int bins, double hopSeconds) override;
  void attack(double) noexcept override {}
  void update(std::span<const float> power) noexcept override;
  std::span<const float> noise() const noexcept override { return noise_; }
  void seed(std::span<const float> noise) noexcept override;
  void reset() noexcept override;

 private:
  int stretchFrames_ = 33, frames_ = 0;
  float quietest_ = 0.0f;  // energy of the stretch in use
  bool found_ = false;
  std::vector<float> stretch_, noise_;  // [bins] sums of the stretch that is being heard; the mean of the quietest
};

}  // namespace rinse
