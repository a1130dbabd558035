// Brings a recording to a loudness (ITU-R BS.1770-4, EBU Tech 3341) and holds its true peaks below a ceiling (annex 2).
// From a file it hears all before it begins, and changes nothing but the level; live, where nothing can be heard
// before, it follows the loudness of what sounds, or of the voice alone, slowly. Not a compressor: dynamics stay.
#pragma once

#include <optional>
#include <vector>

#include "blocks/delay.h"
#include "blocks/limiter.h"
#include "core/effect.h"
#include "metrics/loudness.h"
#include "metrics/true_peak.h"
#include "voice/voice_activity.h"

namespace rinse {

class Loudness : public TimeEffect, public Learner {
 public:
  enum Id { kTarget, kCeiling, kMostGain, kListensTo };
  static const std::span<const Param> kParams;

  Loudness() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return ahead_ + TruePeak::kDelay; }
  std::optional<float> speechPresence() const noexcept override;

  Learner* learner() override { return this; }
  void startLearning() noexcept override;
  std::string finishLearning() override;
  std::vector<float> learned() const override;
  std::string restore(std::span<const float>) override;

 private:
  void listen(Block) noexcept;
  void follow() noexcept;

  Spec spec_{};
  int ahead_ = 0;
  std::optional<LoudnessMeter> meter_;      // made in prepare(): of what is learned from
  std::optional<LoudnessFollower> lately_;  // of what sounds
  VoiceActivity activity_;
  std::optional<float> learned_;  // LUFS
  bool learning_ = false, spoken_ = false;
  int filled_ = 0;  // samples of the stretch with one gain
  float gainDb_ = 0.0f;
  std::vector<TruePeak> peaks_;  // [channels]
  std::vector<Delay> delayed_;   // [channels]
  Limiter limiter_;
};

}  // namespace rinse
