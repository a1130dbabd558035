// Takes the rest of the kit out of a drum's close microphone: between its hits nearly everything, under its tail what
// is not its own. Soft hits, ghost notes, stay. The mask comes from a small network (drums/drum_mask.h), where a gate
// would only have a threshold. Looks at nothing ahead.
#pragma once

#include <vector>

#include "core/effect.h"
#include "drums/drum_mask.h"

namespace rinse {

class Debleed : public SpectralEffect {
 public:
  enum Id { kRange, kDrum, kSensitivity };
  static const std::span<const Param> kParams;

  Debleed() : SpectralEffect(kParams) {}
  void prepare(const SpectralSpec&) override;
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

 private:
  DrumMask mask_;
  int framesPerThought_ = 1, untilThought_ = 0;  // the network takes a frame every 10 ms
  std::vector<float> power_;                     // [bins] mean over channels
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
