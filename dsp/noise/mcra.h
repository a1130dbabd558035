// Minima controlled recursive averaging (Cohen & Berdugo 2002, "Noise estimation by minima controlled recursive
// averaging for robust speech enhancement", IEEE SPL 9(1)): the noise is averaged where the smoothed spectrum lies near
// its minimum of the last second. Simpler than Imcra, and more easily misled by weak speech.
#pragma once

#include <vector>

#include "noise/noise_tracker.h"

namespace rinse {

class Mcra : public NoiseTracker {
 public:
  void prepare(int bins, double hopSeconds) override;
  void attack(double seconds) noexcept override;
  void update(std::span<const float> power) noexcept override;
  std::span<const float> noise() const noexcept override { return noise_; }
  void seed(std::span<const float> noise) noexcept override;
  void reset() noexcept override;

 private:
  void start(std::span<const float> power) noexcept;

  double hopSeconds_ = 0.01;
  float spectrumSmoothing_ = 0.8f;      // alpha_s
  float presenceSmoothing_ = 0.2f;      // alpha_p
  float noiseSmoothing_ = 0.95f;        // alpha_d
  int windowFrames_ = 125, frame_ = 0;  // L
  bool first_ = true;
  std::vector<float> smoothed_, minimum_, temporary_, presence_, noise_;  // [bins] S, S_min, S_tmp, p', lambda_d
};

}  // namespace rinse
