// Takes the pop out of p, t and b: a burst of air that hits the microphone is low, sudden, and far above what the voice
// has there. While it lasts the low end is turned down to where it was a moment before. Not for wind that goes on.
#pragma once

#include "core/effect.h"

namespace rinse {

class Deplosive : public SpectralEffect {
 public:
  enum Id { kRange, kFrequency, kThreshold };
  static const std::span<const Param> kParams;

  Deplosive() : SpectralEffect(kParams) {}
  void prepare(const SpectralSpec& spec) override { spec_ = spec, reset(); }
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return gainDb_; }

 private:
  SpectralSpec spec_{};
  double usual_ = 0.0;  // power of the low end lately
  int frames_ = 0;
  float gainDb_ = 0.0f;
};

}  // namespace rinse
