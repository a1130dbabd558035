// Takes the rest of the kit out of a drum's close microphone: between its hits nearly everything, under its tail what
// is not its own. Soft hits, ghost notes, stay. The mask comes from a small network (effects/band_mask_effect.h), where
// a gate would only have a threshold. Looks at nothing ahead.
#pragma once

#include "effects/band_mask_effect.h"

namespace rinse {

class Debleed : public BandMaskEffect {
 public:
  enum Id { kDrum = kOwn };
  static const std::span<const Param> kParams;

  Debleed();

 private:
  int kind() const noexcept override { return static_cast<int>(get(kDrum)); }
};

}  // namespace rinse
