// Where the content ends: the frequency above which a recording holds nothing, because it was coded, resampled or
// transmitted so. Streaming, one channel.
#pragma once

#include <complex>
#include <vector>

#include "blocks/fft.h"

namespace rinse {

class BandwidthMeter {
 public:
  explicit BandwidthMeter(int sampleRate);
  void add(const float* samples, int count);
  /// Hz, at most half the rate; 0 for silence or less than a frame.
  double result() const;

 private:
  int rate_;
  RealFft fft_;
  std::vector<float> window_, time_;
  int filled_ = 0;
  std::vector<std::complex<float>> spectrum_;
  std::vector<double> power_;  // sums over frames
  int frames_ = 0;
};

}  // namespace rinse
