// Takes late reverberation out of a spectrum by predicting it from what was heard some frames before: weighted
// prediction error (Nakatani et al. 2010, "Speech dereverberation based on variance-normalized delayed linear
// prediction", IEEE TASLP 18(7)), recursive over time (Yoshioka & Nakatani 2012, "Generalization of multi-channel
// linear prediction methods for blind MIMO impulse response shortening", IEEE TASLP 20(10)). One bin; with several
// channels each predicts all. Needs some seconds to learn a room. Not for noise, nor for the first reflections.
#pragma once

#include <complex>
#include <span>
#include <vector>

namespace rinse {

class Wpe {
 public:
  /// Allocates for `channels` channels and at most `mostTaps` frames of each.
  void prepare(int channels, int mostTaps);
  void reset() noexcept;
  /// The late reverberation in frame[channels]: late[channels] from past[taps * channels], the frames before the delay,
  /// newest first, channels together. Then learns from what is left. Another number of taps than before begins anew.
  /// `forgetting`: 0.9 … 1, per frame.
  void process(const std::complex<float>* frame, const std::complex<float>* past, int taps, float forgetting,
               std::complex<float>* late) noexcept;

 private:
  float powerOf(const std::complex<float>* frame, const std::complex<float>* late) noexcept;
  void predict(std::complex<float>* late) const noexcept;
  float multiply() noexcept;
  void updateInverse(float rootScale, float remembered) noexcept;

  int channels_ = 0, length_ = 0;                // length: taps * channels
  float powerBefore_ = 0.0f, meanPower_ = 0.0f;  // of what is left; of the input over some seconds
  int stride_ = 0;                               // length, rounded up to 4
  // Real and imaginary parts apart, for vectors of four.
  struct Parts {
    std::vector<float> re, im;
    void assign(size_t n) { re.assign(n, 0.0f), im.assign(n, 0.0f); }
  };
  Parts inverse_;         // [length][stride] of the weighted correlation, Hermitian
  Parts filter_;          // [channels][stride] G, conjugated
  Parts past_, product_;  // [stride]
};

}  // namespace rinse
