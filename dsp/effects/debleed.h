// Takes the rest of the kit out of a drum's close microphone: between its hits nearly everything, under its tail what
// is not its own. Soft hits, ghost notes, stay. The mask comes from a small network (effects/band_mask_effect.h), where
// a gate would only have a threshold; when the drum has died away it closes on top of that, until the next hit. Live it
// looks at nothing ahead; with `ahead` it hears 60 ms of what follows first.
#pragma once

#include <array>

#include "effects/band_mask_effect.h"

namespace rinse {

class Debleed : public BandMaskEffect {
 public:
  enum Id { kDrum = kOwn };
  static const std::span<const Param> kParams;
  static constexpr char kModel[] = "drum";  // its networks among a host's models

  Debleed(nn::BandMaskPair masks, bool ahead);
  void prepare(const SpectralSpec&) override;
  void reset() noexcept override;

 private:
  int kind() const noexcept override { return static_cast<int>(get(kDrum)); }
  float mostly() const noexcept override { return kind() == 2 ? 0.0f : 0.5f; }  // it knows no close tom's microphone
  float opening(float sure) noexcept override;

  float hopSeconds_ = 0.01f, loudestDb_ = 0.0f, sinceHit_ = 0.0f;  // seconds
  std::array<float, 4> recentDb_{};                                // newest first
  int recent_ = 2;                                                 // of them, that a hit rises above
};

}  // namespace rinse
