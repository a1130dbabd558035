// Takes wind out of a microphone: noise that falls steeply with frequency and comes in gusts, too fast for a
// suppressor's noise tracker. Its level is read where no voice reaches, below 40 Hz, in every frame; its shape is
// learned where nothing but wind is heard (a spectral centroid below any voice's: Nelke, Chatlani, Beaugeant & Vary
// 2014, "Single microphone wind noise PSD estimation using signal centroids", ICASSP). What the estimate covers
// below 1.5 kHz is taken away as noise is (log-MMSE). Not for rumble that does not change: a low cut is better.
#pragma once

#include <vector>

#include "core/effect.h"
#include "noise/decision_directed.h"

namespace rinse {

class Dewind : public SpectralEffect {
 public:
  enum Id { kRange, kSensitivity };
  static const std::span<const Param> kParams;

  Dewind() : SpectralEffect(kParams) {}
  void prepare(const SpectralSpec&) override;
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

 private:
  bool windAlone() const noexcept;

  SpectralSpec spec_{};
  int bins_ = 0;  // that wind reaches
  DecisionDirected rule_{Estimator::logMmse};
  // [bins, rounded up to 4]; shape: wind over its power in the lowest bin.
  std::vector<float> power_, shape_, wind_, gain_;
  float lowest_ = 0.0f;  // level of the wind
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
