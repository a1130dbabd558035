// What effects have in common that apply the mask of nn/band_mask.h: how far they turn down, and which way they lean in
// doubt.
#pragma once

#include <optional>
#include <vector>

#include "core/effect.h"
#include "nn/band_mask.h"
#include "nn/pace.h"

namespace rinse {

class BandMaskEffect : public SpectralEffect {
 public:
  enum Id { kRange, kSensitivity, kOwn };  // the first two of every table; kOwn: the first of an effect's own

  /// `late`: one that answers BandMask::kAhead late, for files: then the mask is the larger of both, so that what one
  /// of the two does not know is not lost.
  BandMaskEffect(std::span<const Param> params, nn::BandMask mask, std::optional<nn::BandMask> late = {});
  void prepare(const SpectralSpec&) override;
  int lookAhead() const noexcept override { return late_ ? nn::BandMask::kAhead * pace_.frames() : 0; }
  void hear(const SpectralFrame&) noexcept override;
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

 private:
  void think(nn::BandMask&, const SpectralFrame&) noexcept;
  /// Which of the things that the network tells apart is wanted.
  virtual int kind() const noexcept { return 0; }
  /// Gains below this fall with their fourth power: what is mostly something else goes. The mask is a ratio of
  /// amplitudes, which leaves more than half of it.
  virtual float mostly() const noexcept { return 0.0f; }
  /// A gain for all bands of the frame, of which the surest mask, used twice, leaves the power `sure`.
  virtual float opening(float /*sure*/) noexcept { return 1.0f; }

  nn::BandMask mask_;
  std::optional<nn::BandMask> late_;
  nn::Pace pace_;
  bool thinks_ = false;              // at this frame
  std::vector<float> power_, gain_;  // [bins] mean over channels; before the floor
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
