// What of a drum's microphone is that drum: a gain for each of 24 bands, from a small recurrent network (models/drums)
// that hears levels against the loudest hit of the last seconds, so that a soft hit counts like a hard one, and how
// they rise and fall, so that a drum rings out by its own decay and a cymbal under it goes. Works frame by frame and
// looks at nothing ahead. Snares, kicks and toms; not for telling one tom from another.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "nn/gru.h"
#include "nn/linear.h"

namespace rinse {

class DrumMask {
 public:
  static constexpr int kBands = 24;  // equally wide on the ERB-rate scale, 40 Hz to 16 kHz
  static constexpr int kDrums = 3;   // snare, kick, toms
  static constexpr int kFeatures = 2 * kBands + kDrums;
  static constexpr int kUnits = 64;
  static constexpr double kHopSeconds = 0.01;  // between the frames that it was trained with

  DrumMask();
  /// Allocates for spectra of `bins` bins of `binHz` Hz.
  void prepare(int bins, double binHz);
  void reset() noexcept;
  /// Hears power[bins], the periodogram of the next frame (every kHopSeconds), for one of the drums. `bias` moves all
  /// its doubts, nepers.
  void update(std::span<const float> power, int drum, float bias) noexcept;
  /// gains[bins], 0 … 1.
  std::span<const float> gains() const noexcept { return gains_; }
  /// What the network sees, and the mean power in each band; for the trainer.
  std::span<const float> features() const noexcept { return features_; }
  std::span<const float> bandPower() const noexcept { return bandPower_; }

 private:
  void measure(std::span<const float> power, int drum) noexcept;
  void spread() noexcept;

  nn::Linear in_, out_;
  nn::Gru gru_;
  std::vector<float> hidden_, logits_;
  std::array<int, kBands + 1> edges_{};                            // bins
  std::array<float, kFeatures> features_{};                        // levels, their changes, which drum
  std::array<float, kBands> bandPower_{}, before_{}, bandGain_{};  // before_: dB
  std::vector<float> gains_;
  float peakDb_ = 0.0f;
  bool first_ = true;
};

}  // namespace rinse
