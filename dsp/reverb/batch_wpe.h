// Late reverberation of a whole stretch at once, in one bin: weighted prediction error by iterations (Nakatani et al.
// 2010, "Speech dereverberation based on variance-normalized delayed linear prediction", IEEE TASLP 18(7), section V;
// several channels as Yoshioka & Nakatani 2012). Finds more than the recursive form (wpe.h), which must do without what
// comes later. Not for live sound.
#pragma once

#include <complex>
#include <vector>

namespace rinse {

class BatchWpe {
 public:
  /// Allocates for `channels` channels, at most `mostTaps` frames of each, and stretches of `frames` frames.
  void prepare(int channels, int mostTaps, int frames);
  /// x[before + frames][channels], of which the first `before` >= delay + taps are only looked back at: the late
  /// reverberation late[frames][channels].
  void process(const std::complex<float>* x, int before, int taps, int delay, int iterations,
               std::complex<float>* late) noexcept;

 private:
  void correlate(int taps, int delay) noexcept;
  bool factor() noexcept;
  void solve() noexcept;
  void predict(int taps, int delay, std::complex<float>* late) noexcept;
  void gather(int frame, int taps, int delay) noexcept;

  const std::complex<float>* x_ = nullptr;                   // the first frame that is predicted
  int channels_ = 0, frames_ = 0, length_ = 0, stride_ = 0;  // length: taps * channels; stride: rounded up to 4
  // Real and imaginary parts apart, for vectors of four.
  std::vector<float> matrixRe_, matrixIm_;  // [length][stride] correlation, then its Cholesky factor
  std::vector<float> rightRe_, rightIm_;    // [channels][stride] correlation with the frame itself, then the filters
  std::vector<float> pastRe_, pastIm_;      // [stride]
  std::vector<float> weight_, power_;       // [frames]
};

}  // namespace rinse
