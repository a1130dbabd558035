// Finds clipped peaks: flat tops with steep sides that end at the same level again and again, whichever that is.
// Streaming, one channel.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace rinse {

class ClippingDetector {
 public:
  void add(std::span<const float> samples) noexcept;

  struct Result {
    int64_t peaks = 0;    // clipped ones
    int64_t samples = 0;  // in them
    float level = 0.0f;   // the lowest top, linear; 0 where there is none
  };
  Result result() const;

 private:
  static constexpr int kLevels = 256;  // eighths of a decibel, from -26 dB full scale up

  void close(float next) noexcept;

  float before_ = 0.0f, previous_ = 0.0f;  // the sample before the run, the last sample
  float top_ = 0.0f;                       // of the run, with sign
  int64_t run_ = 0;
  std::array<int64_t, kLevels> peaks_{}, samples_{};
};

}  // namespace rinse
