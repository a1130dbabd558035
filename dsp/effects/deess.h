// Turns sibilants down: where the band above a frequency holds more of a frame's energy than speech usually gives it,
// it is lowered by what is too much (split-band dynamics). Does not mind the level. Not for hiss, which is there all
// the time.
#pragma once

#include "core/effect.h"

namespace rinse {

class Deess : public SpectralEffect {
 public:
  enum Id { kRange, kFrequency, kThreshold };
  static const std::span<const Param> kParams;

  Deess() : SpectralEffect(kParams) {}
  void prepare(const SpectralSpec& spec) override { spec_ = spec, reset(); }
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override { gainDb_ = 0.0f; }
  float reductionDb() const noexcept override { return gainDb_; }

 private:
  SpectralSpec spec_{};
  float gainDb_ = 0.0f;
};

}  // namespace rinse
