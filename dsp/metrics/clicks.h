// Counts clicks and pops: samples that an all-pole model of their surroundings can't explain (Vaseghi 2008, "Advanced
// Digital Signal Processing and Noise Reduction", section 13.2). A count for a report; to remove them takes more care.
// Streaming, one channel.
#pragma once

#include <cstdint>
#include <vector>

namespace rinse {

class ClickDetector {
 public:
  explicit ClickDetector(int sampleRate);
  void add(const float* samples, int count);
  int64_t clicks() const { return clicks_; }

 private:
  void analyse();

  int frame_, hop_, longest_;
  std::vector<float> window_, waiting_;
  std::vector<double> windowed_, residual_, sorted_;
  int64_t clicks_ = 0;
};

}  // namespace rinse
