// When a network gets a frame: one every so many seconds, whatever the hop of the transform it sits in.
#pragma once

#include <algorithm>
#include <cmath>

namespace rinse::nn {

class Pace {
 public:
  /// Seconds from one thought of the network to the next, and from one frame to the next.
  void prepare(double thought, double frame) {
    frames_ = std::max(1, static_cast<int>(std::lround(thought / frame)));
    reset();
  }
  /// Whether the network gets this frame; the first one, then every frames()-th.
  bool next() noexcept {
    const bool now = until_ == 0;
    until_ = (until_ + 1) % frames_;
    return now;
  }
  int frames() const noexcept { return frames_; }
  void reset() noexcept { until_ = 0; }

 private:
  int frames_ = 1, until_ = 0;
};

}  // namespace rinse::nn
