// Shuts when what it listens to falls below a threshold, opens when it rises above another one: between words, between
// drum hits. It listens to the input itself or to a side-chain, through a low cut and a high cut of its own, and, where
// it is told to, asks a voice detector whether the sound is a voice. Opens ahead of an attack where it may lag (not
// with lowLatency).
#pragma once

#include <array>
#include <vector>

#include "blocks/biquad.h"
#include "blocks/delay.h"
#include "core/effect.h"
#include "voice/voice_activity.h"

namespace rinse {

class Gate : public TimeEffect {
 public:
  enum Id {
    kRange,
    kThreshold,
    kHysteresis,
    kAttack,
    kHold,
    kRelease,
    kLookAhead,
    kKeyLowCut,
    kKeyHighCut,
    kKey,
    kKeyChannel
  };
  static const std::span<const Param> kParams;

  Gate() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return latency_; }
  float reductionDb() const noexcept override { return gainDb_; }
  std::optional<float> speechPresence() const noexcept override;

 private:
  void designKey() noexcept;
  void readParams() noexcept;
  Block keyOf(Block) const noexcept;
  void gate(Block, bool voice) noexcept;
  bool listen(float key, bool voice) noexcept;
  float follow(bool open) noexcept;

  Spec spec_{};
  int latency_ = 0;
  VoiceActivity activity_;
  std::vector<Delay> delayed_;                  // [channels]
  std::vector<std::array<Biquad, 2>> filters_;  // [channels] low cut and high cut of what it listens to
  float lowCut_ = 0.0f, highCut_ = 0.0f;        // that they are made for
  std::vector<char> open_;                      // [latency + 1] a ring; read when the look-ahead says
  int at_ = 0;
  float openLevel_ = 0.0f, shutLevel_ = 0.0f, shutGain_ = 0.0f, fall_ = 0.0f;  // linear
  float up_ = 0.0f, down_ = 0.0f;                                              // dB for a sample
  int hold_ = 0, grace_ = 0;                                                   // samples
  float envelope_ = 0.0f, gainDb_ = 0.0f;
  bool isOpen_ = false, spoken_ = false;
  int held_ = 0, unspoken_ = 0, heard_ = 0;  // samples; heard: of the stretch since the detector was asked
};

}  // namespace rinse
