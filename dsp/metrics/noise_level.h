// How loud the noise between the words is, and how far the voice stands above it: from the distribution of short-time
// levels (the idea of NIST's STNR). An estimate: a steady voice or a noise that comes and goes mislead it. Streaming,
// one channel.
#pragma once

#include <cstdint>
#include <vector>

#include "blocks/biquad.h"

namespace rinse {

struct NoiseLevel {
  double noiseDb;   // RMS in the quietest moments, dB full scale, above 80 Hz; NaN for digital silence throughout
  double signalDb;  // RMS of what stands out of it, without it; NaN where nothing does
  double ratioDb;   // signal to noise; NaN where nothing stands out
};

class NoiseLevelMeter {
 public:
  explicit NoiseLevelMeter(int sampleRate);
  void add(const float* samples, int count) noexcept;
  NoiseLevel result() const;

 private:
  static constexpr double kLowestDb = -140.0, kStepDb = 0.5;
  int frame_, filled_ = 0;
  Biquad lowCut_;
  double energy_ = 0.0;
  std::vector<int64_t> count_;  // frames by level
  std::vector<double> sum_;     // their mean squares
};

}  // namespace rinse
