// Parametric spectral subtraction with over-subtraction and spectral floor (Berouti, Schwartz & Makhoul 1979,
// "Enhancement of speech corrupted by acoustic noise", ICASSP): |S|^e = |Y|^e - a |N|^e, never below b |N|^e. The
// plainest method and the one with the most musical noise; the over-subtraction can follow the SNR of each third of an
// octave.
#pragma once

#include <vector>

#include "noise/gain_rule.h"

namespace rinse {

class SpectralSubtraction : public GainRule {
 public:
  void prepare(int bins, double binHz, double hopSeconds) override;
  void reset() noexcept override {}
  void gains(const NoisySpectrum&, std::span<float> gain) noexcept override;

  float overSubtraction = 4.0f;  // alpha_0, at 0 dB
  bool amplitudes = false;       // exponent 1 instead of 2
  bool adaptive = false;         // alpha by the SNR of the band, else alpha_0 everywhere

 private:
  void adapt(const NoisySpectrum&) noexcept;

  std::vector<int> edges_;    // [bands + 1] first bins of the thirds of octaves, the last one's end
  std::vector<float> alpha_;  // [bins, rounded up to 4]
};

}  // namespace rinse
