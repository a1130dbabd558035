// Improved minima controlled recursive averaging (Cohen 2003, "Noise spectrum estimation in adverse environments", IEEE
// TSAP 11(5)). Two passes of smoothing and minimum search find where speech is absent; the noise is averaged there.
// Follows a rising floor of any height after its minimum window (up to 2.5 s); less easily misled by long vowels than
// SppMmse. The a-priori SNR inside is the maximum-likelihood one, not the paper's decision-directed one, so that the
// tracker needs no gain function.
#pragma once

#include <vector>

#include "noise/noise_tracker.h"

namespace rinse {

class Imcra : public NoiseTracker {
 public:
  void prepare(int bins, double hopSeconds) override;
  void attack(double seconds) noexcept override;
  void update(std::span<const float> power) noexcept override;
  std::span<const float> noise() const noexcept override { return noise_; }
  void seed(std::span<const float> noise) noexcept override;
  void reset() noexcept override;

 private:
  /// The minimum of a smoothed spectrum over the last kWindows sub-windows (sec. III-B).
  struct MinimumSearch {
    void prepare(int bins);
    void start(std::span<const float> smoothed) noexcept;
    void update(std::span<const float> smoothed, bool windowEnds) noexcept;
    static constexpr int kWindows = 8;       // U
    std::vector<float> minimum, current;     // [bins] S_min, S_min_sw
    std::vector<std::vector<float>> stored;  // [kWindows][bins]
    int next = 0;
  };
  void smoothFirst(std::span<const float> power) noexcept;
  void smoothAgain(std::span<const float> power) noexcept;
  void average(std::span<const float> power) noexcept;

  double hopSeconds_ = 0.01;
  float spectrumSmoothing_ = 0.9f;                // alpha_s
  float noiseSmoothing_ = 0.85f;                  // alpha_d
  int framesPerWindow_ = 15, frameInWindow_ = 0;  // V
  bool first_ = true;
  std::vector<float> smoothed_, again_;  // [bins] S, S~
  std::vector<float> average_, noise_;   // [bins] lambda_d-bar, and beta times it
  MinimumSearch rough_, fine_;
};

}  // namespace rinse
