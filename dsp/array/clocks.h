// Two recorders that heard the same: by how much the second one began later, and how much faster its clock runs. From
// the cross-correlation of short stretches along the recordings, through whose lags a line is laid that outliers don't
// bend (Theil 1950; Sen 1968). And Warp, which reads the second recording by the first one's clock. For files, not for
// streams.
#pragma once

#include <optional>
#include <span>
#include <vector>

namespace rinse {

/// Sample n of the first recording was heard when the second one's sample (1 + drift) * n + offset was.
struct ClockMatch {
  double offset;  // samples
  double drift;   // 1e-6 is one part per million
  int stretches;  // that agreed
};

/// Both at `rate` Hz. None where they share no sound.
std::optional<ClockMatch> matchClocks(std::span<const float> first, std::span<const float> second, int rate);

/// One channel of the second recording at the first one's samples: a windowed sinc between its samples. Silence where
/// it has none.
class Warp {
 public:
  explicit Warp(const ClockMatch& match);
  /// Takes the recording's next samples; then out[count] takes samples that are complete, as many as returned.
  void push(std::span<const float> samples);
  int pull(float* out, int count, bool ended);

 private:
  double placeOf(long long n) const { return (1.0 + match_.drift) * static_cast<double>(n) + match_.offset; }

  static constexpr int kHalf = 24, kPhases = 512;
  ClockMatch match_;
  std::vector<float> kernel_;  // [kPhases + 1][2 * kHalf]
  std::vector<float> held_;    // from sample `first_` on
  long long first_ = 0, next_ = 0;
};

}  // namespace rinse
