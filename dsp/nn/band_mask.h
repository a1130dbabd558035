// How much of each of 24 bands is what is wanted, from a small recurrent network (nn/band_features.h: what it sees).
// What is wanted is a matter of the weights: a drum against the rest of the kit, a voice against rustle. Works frame by
// frame; some weights answer late, when they have heard what came after.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "nn/band_features.h"
#include "nn/gru.h"
#include "nn/linear.h"
#include "nn/weights.h"

namespace rinse::nn {

class BandMask {
 public:
  static constexpr int kUnits = 64;
  static constexpr double kHopSeconds = 0.01;  // between the frames that it was trained with
  static constexpr int kAhead = 6;             // frames by which weights answer late that were trained with `--ahead`

  /// Of weights that models/common/band_mask.py trained; their names begin with the prefix.
  static Result<BandMask> create(const Weights&, const std::string& prefix = {});
  /// Allocates for spectra of `bins` bins of `binHz` Hz.
  void prepare(int bins, double binHz);
  void reset() noexcept;
  /// Hears power[bins], the periodogram of the next frame (every kHopSeconds), for one of the kinds. `bias` moves all
  /// its doubts, nepers.
  void update(std::span<const float> power, int kind, float bias) noexcept;
  /// gains[bins], 0 … 1.
  std::span<const float> gains() const noexcept { return gains_; }

 private:
  static constexpr int kBands = BandFeatures::kBands;
  BandMask(Linear in, Linear out, Gru gru);
  void spread() noexcept;

  BandFeatures features_;
  Linear in_, out_;
  Gru gru_;
  std::vector<float> hidden_, logits_;
  std::array<float, kBands> bandGain_{};
  std::vector<float> gains_;
};

/// Two of one file: one that answers at once, and one that answers kAhead frames late ("ahead.…").
struct BandMaskPair {
  BandMask now, late;
  static Result<BandMaskPair> create(const Weights&);
};

}  // namespace rinse::nn
