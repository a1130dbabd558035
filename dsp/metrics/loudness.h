// Loudness as broadcasters measure it (ITU-R BS.1770-4; EBU R 128, Tech 3341 and 3342), while the samples go by and in
// memory that does not grow. Channels: 5 as L R C Ls Rs, 6 as L R C LFE Ls Rs, 8 as L R C LFE, two
// behind and two beside; others as they come.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "blocks/biquad.h"
#include "core/block.h"

namespace rinse {

struct LoudnessResult {
  double integratedLufs;  // gated; NaN where nothing is louder than -70 LUFS
  double rangeLu;         // EBU Tech 3342; NaN below 3 s
};

/// Whether a channel of a recording of so many holds only low-frequency effects, and often nothing.
inline bool isLowFrequencyChannel(int channel, int channels) {
  return (channels == 6 || channels == 8) && channel == 3;
}

/// K-weighted energy of all channels, in steps of 100 ms.
class LoudnessWeighting {
 public:
  LoudnessWeighting(double sampleRate, int channels);
  void reset() noexcept;
  /// Calls done(mean energy) at the end of each step.
  template <class Done>
  void add(Block block, Done done) noexcept {
    for (int at = 0; at < block.frames;) {
      const int count = std::min(step_ - filled_, block.frames - at);
      energy_ += energyOf(block, at, count);
      at += count;
      filled_ += count;
      if (filled_ < step_) continue;
      done(energy_ / step_);
      energy_ = 0.0, filled_ = 0;
    }
  }

 private:
  double energyOf(Block block, int from, int count) noexcept;
  struct Channel {
    Biquad shelf, highPass;
    double weight;
  };
  std::vector<Channel> channels_;
  int step_;        // samples
  int filled_ = 0;  // of the current step
  double energy_ = 0.0;
};

/// The loudness of the last seconds in which something sounded.
class LoudnessFollower {
 public:
  LoudnessFollower(double sampleRate, int channels) : weighting_(sampleRate, channels) {}
  void reset() noexcept;
  /// `counts`: whether it is what is to be followed.
  void add(Block block, bool counts) noexcept;
  /// Nothing before a second has counted.
  std::optional<float> lufs() const noexcept;

 private:
  LoudnessWeighting weighting_;
  std::array<double, 4> last_{};  // energies of 400 ms
  long steps_ = 0, counted_ = 0;
  double lufs_ = 0.0;
};

class LoudnessMeter {
 public:
  LoudnessMeter(double sampleRate, int channels);
  void add(Block block) noexcept;
  LoudnessResult result() const;
  void reset() noexcept;

 private:
  /// Blocks by their loudness, so that gates can be applied at the end.
  class Histogram {
   public:
    void reset() noexcept;
    void add(double energy) noexcept;
    /// Mean energy of the blocks above `threshold` (LUFS).
    double mean(double threshold) const;
    /// Loudness below which the share `part` of those blocks lies.
    double percentile(double part, double threshold) const;
    bool empty() const;

   private:
    static constexpr double kLowest = -70.0, kStep = 0.01;  // LUFS
    std::vector<int64_t> count_ = std::vector<int64_t>(8000, 0);
    std::vector<double> energy_ = std::vector<double>(8000, 0.0);
  };
  LoudnessWeighting weighting_;
  std::array<double, 30> steps_{};   // energies of the last 3 s
  int64_t done_ = 0;                 // steps
  Histogram momentary_, shortTerm_;  // 400 ms and 3 s, every 100 ms
};

}  // namespace rinse
