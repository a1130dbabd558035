// What the voice network sees of a spectrum and what its answer does to it. Training uses this code too
// (models/common/features.cpp), so that trainer and product can't drift apart. For spectra with a bin every 50 Hz: the
// house frame at any rate.
#pragma once

#include <array>
#include <complex>
#include <span>
#include <vector>

namespace rinse::nn {

/// Positions on the network's frequency axis: the lowest bins one by one, then bands about half an equivalent
/// rectangular bandwidth wide (Glasberg & Moore 1990) up to 24 kHz. Where the rate is lower, the bands above are
/// silent.
class VoiceFrame {
 public:
  static constexpr int kBins = 96;   // 0 … 4.75 kHz, one position each
  static constexpr int kBands = 32;  // above
  static constexpr int kPositions = kBins + kBands;
  static constexpr int kTaps = 5;   // frames of a bin's filter: this one and the ones before
  static constexpr int kTones = 3;  // finer bins in each
  /// For a bin compressed magnitude, real and imaginary part, then the magnitudes of its finer bins, which are told
  /// from each other by all frames that a filter reaches; of a band its magnitude and zeros. Last, of either, how low
  /// the magnitude falls and its mean.
  static constexpr int kInputs = 3 + kTones + 2;
  static constexpr int kOutputs = 2 * kTaps;  // complex taps of a bin; gain of a band, and nothing
  static constexpr int kAhead = kTaps / 2;    // frames after the one meant, where a network hears those first
  static constexpr double kBinHz = 50.0;
  static constexpr double kHopSeconds = 0.01;

  /// First bin of each band, and the end of the last one.
  static const std::array<int, kBands + 1>& edges();

  void reset() noexcept;
  /// input[kPositions][kInputs] from spectrum[bins]. Magnitudes to the power 0.3, over their own running mean: level
  /// does not matter.
  void input(std::span<const std::complex<float>> spectrum, float* input) noexcept;
  /// Whether the last one was louder than any recording can be: a network should forget it.
  bool absurd() const noexcept { return absurd_; }
  /// From output[kPositions][kOutputs], before any limit: for the lowest bins filters over time (deep filtering, Mack &
  /// Habets 2020; Schröter 2022), filter[kBins][kTaps], this frame first, then those kHopSeconds apart; for
  /// those above gain[bins]. It means the frame `ahead` hops before the newest, less than kTaps.
  static void answer(const float* output, int ahead, std::span<std::complex<float>> filter,
                     std::span<float> gain) noexcept;

 private:
  float weight(double seconds) const noexcept;
  void tones(float* input) const noexcept;
  void background(float* input) noexcept;

  std::array<std::array<float, 2 * kBins>, kTaps> past_{};  // real, then imaginary parts, turned, the newest first
  std::array<float, kPositions> floor_{}, mean_{};          // of compressed magnitudes
  float level_ = 0.0f;                                      // running mean of the compressed magnitudes
  int frames_ = 0;
  bool odd_ = false;  // this frame
  bool absurd_ = false;
};

}  // namespace rinse::nn
