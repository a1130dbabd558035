// How much of each of 24 bands is what is wanted, from a small recurrent network that sees levels against the loudest
// moment of the last seconds, so that soft and loud count alike, and how they rise and fall. What is wanted is a matter
// of the weights (dsp/masks): a drum against the rest of the kit, a voice against rustle. Works frame by frame; some
// weights answer late, when they have heard what came after.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "nn/gru.h"
#include "nn/linear.h"
#include "nn/weights.h"

namespace rinse::nn {

class BandMask {
 public:
  static constexpr int kBands = 24;  // equally wide on the ERB-rate scale, 40 Hz to 16 kHz
  static constexpr int kKinds = 3;   // of what is wanted, that one network can tell apart
  static constexpr int kFeatures = 2 * kBands + kKinds;
  static constexpr int kUnits = 64;
  static constexpr double kHopSeconds = 0.01;  // between the frames that it was trained with
  static constexpr int kAhead = 6;             // frames by which weights answer late that were trained with `--ahead`

  /// Of weights that models/common/band_mask.py trained.
  explicit BandMask(const Weights&);
  /// Allocates for spectra of `bins` bins of `binHz` Hz.
  void prepare(int bins, double binHz);
  void reset() noexcept;
  /// Hears power[bins], the periodogram of the next frame (every kHopSeconds), for one of the kinds. `bias` moves all
  /// its doubts, nepers.
  void update(std::span<const float> power, int kind, float bias) noexcept;
  /// gains[bins], 0 … 1.
  std::span<const float> gains() const noexcept { return gains_; }
  /// What the network sees, and the mean power in each band; for the trainer.
  std::span<const float> features() const noexcept { return features_; }
  std::span<const float> bandPower() const noexcept { return bandPower_; }

 private:
  void measure(std::span<const float> power, int kind) noexcept;
  void spread() noexcept;

  Linear in_, out_;
  Gru gru_;
  std::vector<float> hidden_, logits_;
  std::array<int, kBands + 1> edges_{};                            // bins
  std::array<float, kFeatures> features_{};                        // levels, their changes, which kind
  std::array<float, kBands> bandPower_{}, before_{}, bandGain_{};  // before_: dB
  std::vector<float> gains_;
  float peakDb_ = 0.0f;
  bool first_ = true;
};

}  // namespace rinse::nn
