// Tells when somebody speaks (voice/voice_activity.h) and leaves the sound as it is: every host reads its answer
// (Engine::speechPresence). Not for turning pauses down: that is the gate's work, which listens to it.
#pragma once

#include "core/effect.h"
#include "voice/voice_activity.h"

namespace rinse {

class Voice : public TimeEffect {
 public:
  enum Id { kThreshold, kHangover };
  static const std::span<const Param> kParams;

  Voice() : TimeEffect(kParams) {}
  void prepare(const Spec& spec) override { activity_.prepare(spec.sampleRate, spec.maxFrames); }
  void process(Block) noexcept override;
  void reset() noexcept override { activity_.reset(); }
  /// The probability while somebody speaks; 0 in pauses.
  std::optional<float> speechPresence() const noexcept override;

 private:
  VoiceActivity activity_;
};

}  // namespace rinse
