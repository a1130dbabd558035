// Keeps a voice and takes away what is none of it, with the voice network (nn/voice_net.h): also noise that changes
// quickly. Not for music or anything else that is no voice: a guard backs off where music plays alone. Live it looks at
// nothing ahead; with `ahead` its network is another one, which hears what follows first.
#pragma once

#include <vector>

#include "core/effect.h"
#include "nn/pace.h"
#include "nn/voice_listener.h"
#include "noise/decision_directed.h"
#include "noise/spp_mmse.h"

namespace rinse {

class VoiceDenoise : public SpectralEffect {
 public:
  enum Id { kLimit, kGuard };
  static const std::span<const Param> kParams;

  VoiceDenoise(nn::VoiceNet net, bool ahead);
  void prepare(const SpectralSpec&) override;
  int lookAhead() const noexcept override { return (listener_.delay() + ahead_) * pace_.frames(); }
  void hear(const SpectralFrame&) noexcept override;
  void process(SpectralFrame) noexcept override;
  bool revises() const noexcept override { return pace_.frames() == 1; }
  void revise(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }
  std::optional<float> speechPresence() const noexcept override { return speech_; }

 private:
  /// What is done to a frame.
  struct Mask {
    std::vector<std::complex<float>> filter;  // [kBins][kTaps]
    std::vector<float> gain;                  // [bins], of those above the filtered ones
  };
  void link(const SpectralFrame&) noexcept;
  void remember(const SpectralFrame&) noexcept;
  void followTreble() noexcept;
  float trusted(const Mask&) const noexcept;
  void keepTreble(Mask&) noexcept;
  std::pair<int, int> treble(int band) const noexcept;
  void listenForWords() noexcept;
  float passed() const noexcept;
  void apply(SpectralFrame, const Mask&) noexcept;

  nn::VoiceListener listener_;
  int ahead_;  // thoughts that an answer's filter reaches beyond the frame that it means
  nn::Pace pace_;
  bool thinks_ = false;  // at this one
  float guardAttack_ = 0.0f, guardRelease_ = 0.0f, word_ = 0.0f;

  std::vector<std::complex<float>> linked_;  // [bins] all channels as one
  Mask mask_, again_;                        // of the frame at hand, and of the one before with hindsight
  std::vector<std::complex<float>> past_;    // [frames][channels][filtered bins], a ring of those heard
  int filtered_ = 0, frames_ = 1, now_ = 0;
  // The treble, bands above 8 kHz: [bands, rounded up to 4].
  int firstTreble_ = 0;  // band
  SppMmse trebleNoise_;
  DecisionDirected trebleRule_{Estimator::logMmse};
  std::vector<float> treblePower_, trebleFloor_, trebleGain_;
  float speech_ = 0.0f, said_ = 0.0f, musicHeard_ = 0.0f, music_ = 0.0f;
  int sounded_ = 0;                         // thoughts that were no digital silence, up to where the beginning ends
  float softest_ = 0.0f;                    // treble in those, power
  float begins_ = 0.0f;                     // how far the treble stands out of quiet at the beginning, 0 … 1
  int trebleTrusted_ = 0, untilAlone_ = 0;  // thoughts for which treble is trusted still, the guard shut
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
