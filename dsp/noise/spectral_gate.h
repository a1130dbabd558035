// Spectral gating (Sainburg, Thielk & Gentner 2020, PLOS Comput. Biol. 16(10), the method of the package noisereduce):
// a bin is open where it rises above a threshold over the noise, and the mask is smoothed over frequency and time.
// Against the noise estimate (stationary), or against the bin's own moving mean (moving), which finds everything that
// lasts.
#pragma once

#include <vector>

#include "blocks/running_sums.h"
#include "noise/gain_rule.h"

namespace rinse {

class SpectralGate : public GainRule {
 public:
  explicit SpectralGate(bool moving) : moving_(moving) {}
  void prepare(int bins, double binHz, double hopSeconds) override;
  void reset() noexcept override;
  void gains(const NoisySpectrum&, std::span<float> gain) noexcept override;

  float threshold = 1.5f;  // deviations of the noise's level above it, or, where moving, thirds of the mean

 private:
  void openStationary(const NoisySpectrum&) noexcept;
  void openMoving(const NoisySpectrum&) noexcept;

  bool moving_, first_ = true;
  int halfWidth_ = 5;  // bins
  float maskSmoothing_ = 0.8f, meanSmoothing_ = 0.99f;
  std::vector<float> mask_, wide_, smoothed_, mean_;  // [bins, rounded up to 4]
  RunningSums sums_;
};

}  // namespace rinse
