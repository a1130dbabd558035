// What a band mask's network sees of a sound: the levels of 24 bands against the loudest moment of the last seconds, so
// that soft and loud count alike, and how they rise and fall. For the trainer (models/common/band_mask.cpp), too.
#pragma once

#include <array>
#include <span>

namespace rinse::nn {

class BandFeatures {
 public:
  static constexpr int kBands = 24;  // equally wide on the ERB-rate scale, 40 Hz to 16 kHz
  static constexpr int kKinds = 3;   // of what is wanted, that one network can tell apart
  static constexpr int kCount = 2 * kBands + kKinds;

  /// For spectra of `bins` bins of `binHz` Hz.
  void prepare(int bins, double binHz);
  void reset() noexcept;
  /// Hears power[bins], the periodogram of the next frame, for one of the kinds.
  void hear(std::span<const float> power, int kind) noexcept;
  /// [kCount] levels, their changes, which kind.
  const std::array<float, kCount>& values() const noexcept { return values_; }
  /// [kBands] the mean power in each.
  std::span<const float> bandPower() const noexcept { return bandPower_; }
  /// The bin in the middle of a band.
  float middle(int band) const noexcept { return 0.5f * static_cast<float>(edges_[band] + edges_[band + 1] - 1); }

 private:
  std::array<int, kBands + 1> edges_{};  // bins
  std::array<float, kCount> values_{};
  std::array<float, kBands> bandPower_{}, before_{};  // before_: dB
  float peakDb_ = 0.0f;
  bool first_ = true;
};

}  // namespace rinse::nn
