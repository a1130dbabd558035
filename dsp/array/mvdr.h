// The minimum variance distortionless response beamformer: as little as possible of the noise, the voice as one
// microphone hears it (Souden, Benesty & Affes 2010, "On optimal frequency-domain multichannel linear filtering for
// noise reduction", IEEE TASLP 18(2), eq. 24: h = Rv^-1 Rx u / tr(Rv^-1 Rx)), with Rx of rank one, which holds better
// where there is little of the voice: its direction is Rv times the principal generalized eigenvector of (Ry, Rv), Ry
// being what is heard while somebody speaks (Warsitz & Haeb-Umbach 2007, "Blind acoustic beamforming based on
// generalized eigenvalue decomposition"), which one step of power iteration for each frame follows. Needs no positions
// of microphones. Not for two voices at once.
#pragma once

#include <complex>
#include <vector>

namespace rinse {

class Mvdr {
 public:
  /// Allocates.
  void prepare(int bins, int channels);
  void reset() noexcept;
  /// Takes a frame into the statistics of a bin: x[channels], and how much of it is voice and noise, 0 … 1 each.
  /// `memory`: frames that count.
  void update(int bin, const std::complex<float>* x, float voice, float noise, float memory) noexcept;
  /// The filter of a bin for microphone `reference`: the output is the sum of conj(w[c]) x[c]. Until enough was heard,
  /// the microphone itself.
  void filter(int bin, int reference, std::complex<float>* w) noexcept;

 private:
  using Complex = std::complex<float>;
  static void add(Complex* r, const Complex* x, int channels, float share) noexcept;
  void solve(const Complex* r, Complex* v) noexcept;

  int channels_ = 0;
  std::vector<Complex> heard_, noise_;            // [bins][channels][channels], lower halves: Ry and Rv
  std::vector<Complex> eigen_;                    // [bins][channels]
  std::vector<float> voiceFrames_, noiseFrames_;  // [bins] that the statistics rest on
  std::vector<Complex> factor_, direction_;       // [channels][channels], [channels]
};

}  // namespace rinse
