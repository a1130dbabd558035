// True peak: how high the wave rises between its samples, which players and coders will meet (ITU-R BS.1770-4, annex
// 2). Streaming.
#pragma once

#include <array>
#include <span>

namespace rinse {

/// One channel, interpolated four times.
class TruePeak {
 public:
  static constexpr int kDelay = 16;  // samples
  TruePeak();
  void add(std::span<const float> samples) noexcept;
  /// Takes a sample; how high the wave rises from the one that came kDelay before to the next. Where both are far below
  /// `ignored`, what lies between them is not looked at.
  float step(float sample, float ignored) noexcept;
  /// Linear; 1 is full scale. As if silence followed.
  float peak() const;

 private:
  static constexpr int kHalf = kDelay;  // samples to each side of a point between two
  static constexpr int kPoints = 3;
  std::array<std::array<float, 2 * kHalf>, kPoints> kernel_;
  std::array<float, 4 * kHalf> history_{};  // a ring, written twice, so that the last 2 * kHalf samples are in a row
  int at_ = 0;
  float peak_ = 0.0f;
};

}  // namespace rinse
