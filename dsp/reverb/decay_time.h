// The reverberation time of a room, heard from speech in it: where a band's level falls steadily after a sound's end,
// it falls as the room does (after Ratnam et al. 2003, "Blind estimation of reverberation time", JASA 114(5), with
// straight lines fitted to levels instead of the likelihood). Within a quarter for rooms of 0.2 to 0.8 s; longer ones
// come out too short, as speech seldom pauses for long enough.
#pragma once

#include <array>
#include <complex>
#include <span>
#include <vector>

namespace rinse {

class DecayTime {
 public:
  void prepare(double binHz, double hopSeconds);
  void reset() noexcept;
  /// power[bins] of the next frame.
  void update(std::span<const float> power) noexcept;
  /// Seconds, 0.1 … 5; a usual room's until some decays have been heard.
  float seconds() const noexcept { return seconds_; }

 private:
  static constexpr int kBands = 4, kLongest = 200, kKept = 64;
  struct Band {
    int from = 0, to = 0;               // bins
    std::array<float, 3> recent{};      // powers of the last frames
    std::array<float, kLongest> run{};  // dB, falling
    int length = 0;
  };
  void endRun(Band&) noexcept;

  double hopSeconds_ = 0.01;
  std::array<Band, kBands> bands_;
  long frames_ = 0;
  std::array<float, kKept> found_{};  // seconds, a ring
  int count_ = 0;
  float seconds_ = 0.5f;
};

}  // namespace rinse
