// Takes reverberation from a voice: what a room adds after the first reflections is predicted and subtracted
// (reverb/wpe.h); with several channels better than with one. What is left of the tail can be turned down further
// (Lebart, Boucher & Denbigh 2001, "A new method based on spectral subtraction for speech dereverberation", Acta
// Acustica 87). Not for echoes later than a fifth of a second, nor for noise: put it before a noise suppressor.
#pragma once

#include <vector>

#include "core/effect.h"
#include "reverb/decay_time.h"
#include "reverb/wpe.h"

namespace rinse {

class Dereverb : public SpectralEffect {
 public:
  enum Id { kAmount, kTaps, kDelay, kMemory, kTail, kT60 };
  static const std::span<const Param> kParams;

  Dereverb() : SpectralEffect(kParams) {}
  void prepare(const SpectralSpec&) override;
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

 private:
  void remember(const SpectralFrame&) noexcept;
  void predict(SpectralFrame) noexcept;
  void turnTailDown(SpectralFrame) noexcept;
  const std::complex<float>* past(int frames) const noexcept;

  SpectralSpec spec_{};
  int mostTaps_ = 20, tailFrames_ = 5;
  std::vector<Wpe> bins_;                               // [bins]
  std::vector<std::vector<std::complex<float>>> past_;  // [frames][bins][channels], a ring
  size_t now_ = 0;
  std::vector<std::complex<float>> window_, frame_, late_;  // [taps * channels], [channels], [channels]
  std::vector<std::vector<float>> heard_;                   // [frames][bins] smoothed power, a ring
  DecayTime decayTime_;
  std::vector<float> power_;     // [bins] of the input, all channels
  std::vector<float> tailGain_;  // [bins]
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
