// What effects have in common that apply the mask of nn/band_mask.h: how far they turn down, and which way they lean in
// doubt.
#pragma once

#include <vector>

#include "core/effect.h"
#include "nn/band_mask.h"

namespace rinse {

class BandMaskEffect : public SpectralEffect {
 public:
  enum Id { kRange, kSensitivity, kOwn };  // the first two of every table; kOwn: the first of an effect's own

  BandMaskEffect(std::span<const Param> params, const nn::Weights& weights) : SpectralEffect(params), mask_(weights) {}
  void prepare(const SpectralSpec&) override;
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

 private:
  /// Which of the things that the network tells apart is wanted.
  virtual int kind() const noexcept { return 0; }

  nn::BandMask mask_;
  int framesPerThought_ = 1, untilThought_ = 0;  // the network takes a frame every 10 ms
  std::vector<float> power_;                     // [bins] mean over channels
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
