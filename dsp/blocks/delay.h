// A fixed delay of whole samples, for lining a dry path up with a processed one. Not for modulated delays.
#pragma once

#include <algorithm>
#include <vector>

namespace rinse {

class Delay {
 public:
  explicit Delay(int samples = 0) : ring_(samples, 0.0f) {}

  int samples() const { return static_cast<int>(ring_.size()); }
  void reset() { std::fill(ring_.begin(), ring_.end(), 0.0f), at_ = 0; }

  /// in[frames] -> out[frames]; the two may be the same array.
  void process(const float* in, float* out, int frames) noexcept {
    if (ring_.empty()) {
      if (in != out) std::copy_n(in, frames, out);
      return;
    }
    for (int i = 0; i < frames; ++i) {
      const float x = in[i];
      out[i] = ring_[at_];
      ring_[at_] = x;
      if (++at_ == samples()) at_ = 0;
    }
  }

 private:
  std::vector<float> ring_;
  int at_ = 0;
};

}  // namespace rinse
