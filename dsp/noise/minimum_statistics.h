// Noise power by optimal smoothing and minimum statistics (Martin 2001, "Noise power spectral density estimation based
// on optimal smoothing and minimum statistics", IEEE TSAP 9(5)): the minimum of the smoothed periodogram over the last
// second and a half, with its bias compensated. Decides nothing about speech; follows a rising floor late. Its attack
// smooths the estimate further.
#pragma once

#include <vector>

#include "noise/noise_tracker.h"

namespace rinse {

class MinimumStatistics : public NoiseTracker {
 public:
  void prepare(int bins, double hopSeconds) override;
  void attack(double seconds) noexcept override;
  void update(std::span<const float> power) noexcept override;
  std::span<const float> noise() const noexcept override { return noise_; }
  void seed(std::span<const float> noise) noexcept override;
  void reset() noexcept override;

 private:
  static constexpr int kWindows = 8;  // U
  void start(std::span<const float> power) noexcept;
  void smooth(std::span<const float> power) noexcept;
  void findMinima(float biasCorrection) noexcept;
  void endWindow(float slope) noexcept;

  double hopSeconds_ = 0.01;
  float noiseSmoothing_ = 0.9f;
  int windowFrames_ = 12, frame_ = 0;                // V
  float longM_ = 0.87f, shortM_ = 0.63f;             // M(D), M(V)
  float leastSmoothingPower_ = 0.1f;                 // R / 0.064 s, the exponent of eq. 12
  float correction_ = 1.0f, inverseFreedom_ = 0.1f;  // alpha_c, mean of 1 / Q_eq
  bool first_ = true;
  int next_ = 0;
  // [bins] P, E{P}, E{P^2}, sigma_N^2, 1 / Q_eq, actmin, actmin_sub, P_min_u, and what is given out
  std::vector<float> smoothed_, mean_, meanSquare_, found_, freedom_, least_, leastShort_, leastLong_, noise_;
  std::vector<char> renewed_, localMinimum_;  // [bins] k_mod, lmin_flag
  std::vector<std::vector<float>> stored_;    // [kWindows][bins]
};

}  // namespace rinse
