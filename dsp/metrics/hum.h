// Finds mains hum, or any other steady tone with harmonics: lines that stand still in the spectrum while everything
// else changes. Streaming, one channel.
#pragma once

#include <complex>
#include <vector>

#include "blocks/fft.h"
#include "blocks/resampler.h"

namespace rinse {

struct Hum {
  double hz = 0.0;     // fundamental; 0 where there is none
  int harmonics = 0;   // found, the fundamental among them
  double db = -200.0;  // RMS of them all, dB full scale
};

class HumDetector {
 public:
  explicit HumDetector(int sampleRate);
  void add(const float* samples, int count);
  /// Whether there was anything but digital silence.
  bool heard() const { return heard_; }
  /// Needs five seconds.
  Hum result() const;

 private:
  void analyse();
  double prominence(int bin) const;  // dB above the neighbourhood
  int line(double hz) const;         // the highest bin next to a frequency

  Resampler resampler_;
  RealFft fft_;
  std::vector<float> window_, low_, piece_, time_;  // low_: samples at the low rate that wait
  std::vector<std::complex<float>> spectrum_;
  std::vector<double> power_, log_;  // sums over frames: of power, and of its logarithm in dB
  int frames_ = 0;
  bool heard_ = false;
};

}  // namespace rinse
