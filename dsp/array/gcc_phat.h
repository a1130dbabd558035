// By how much microphones hear a voice later than the first one: the peak of the generalized cross-correlation with
// phase transform (Knapp & Carter 1976, "The generalized correlation method for estimation of time delay", IEEE TASSP
// 24(4)), followed over time.
#pragma once

#include <complex>
#include <span>
#include <vector>

#include "blocks/fft.h"

namespace rinse {

class GccPhat {
 public:
  GccPhat() : fft_(2) {}
  /// Allocates for spectra of `fftSize` samples and delays of at most `longest` < fftSize / 2 samples.
  void prepare(int fftSize, int channels, int longest);
  void reset() noexcept;
  /// Takes a frame: spectra[channels][bins], how much of each bin is voice, 0 … 1, and what share of the past it
  /// replaces.
  void update(std::span<const std::complex<float>* const> spectra, std::span<const float> voice, float share) noexcept;
  /// Samples by which channel `c` is later than the first, with fractions.
  float delay(int c) const noexcept { return delays_[c]; }

 private:
  static constexpr int kFiner = 4;
  int longest_ = 0;                                      // of the finer samples
  RealFft fft_;                                          // kFiner times as long
  std::vector<std::vector<std::complex<float>>> cross_;  // [channels - 1][bins]
  std::vector<std::complex<float>> padded_;
  std::vector<float> correlation_, delays_;
};

}  // namespace rinse
