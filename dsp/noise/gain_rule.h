// What makes gains out of a spectrum and an estimate of its noise: the methods of the suppressor. Not for finding the
// noise (that is a NoiseTracker).
#pragma once

#include <span>

namespace rinse {

/// One frame. Arrays are [bins, rounded up to 4].
struct NoisySpectrum {
  std::span<const float> power;  // |Y|^2
  std::span<const float> noise;  // lambda_d = E{|N|^2}
  float floor;                   // the least gain
};

class GainRule {
 public:
  virtual ~GainRule() = default;
  /// Allocates for spectra of `bins` bins of `binHz` Hz, one every `hopSeconds`.
  virtual void prepare(int bins, double binHz, double hopSeconds) = 0;
  virtual void reset() noexcept = 0;
  /// gain[bins, rounded up to 4], floor … 1.
  virtual void gains(const NoisySpectrum&, std::span<float> gain) noexcept = 0;
};

}  // namespace rinse
