// Takes the rustle of clothes on a lavalier microphone from a voice: short, broad, without a pitch. The mask comes from
// a small network (effects/band_mask_effect.h). What is steady stays: for noise there are suppressors.
#pragma once

#include "effects/band_mask_effect.h"

namespace rinse {

class Derustle : public BandMaskEffect {
 public:
  static const std::span<const Param> kParams;
  static constexpr char kModel[] = "rustle";  // its network among a host's models

  explicit Derustle(nn::BandMask mask);
};

}  // namespace rinse
