// Whether somebody speaks: how far the spectrum stands above the noise (Sohn, Kim & Sung 1999, "A statistical
// model-based voice activity detection", IEEE SPL 6(1)), its shape, and how periodic it is (Boersma 1993, "Accurate
// short-term analysis of the fundamental frequency", IFA Proceedings 17), weighed by a small recurrent network
// (models/activity), with hysteresis and a hangover. Listens at 8 kHz. Not for telling a voice from other voices.
#pragma once

#include <array>
#include <complex>
#include <optional>
#include <span>
#include <vector>

#include "blocks/fft.h"
#include "blocks/resampler.h"
#include "core/block.h"
#include "nn/gru.h"
#include "nn/linear.h"
#include "noise/spp_mmse.h"

namespace rinse {

class VoiceActivity {
 public:
  static constexpr int kRate = 8000, kFrame = 320, kHop = 80;  // 40 ms every 10 ms
  static constexpr int kBands = 20;                            // half an ERB and more each, 100 Hz to 3.8 kHz
  static constexpr int kFeatures = 2 * kBands + 1;
  static constexpr int kUnits = 48;
  static constexpr int kLookAhead = 16;  // hops after a frame that the network hears before it decides on it

  VoiceActivity();

  /// Allocates for blocks of at most `maxFrames` at `sampleRate` Hz.
  void prepare(double sampleRate, int maxFrames);
  void reset() noexcept;
  /// Above which probability speech begins, 0 … 1, and for how long it is held after its end, seconds.
  void sensitivity(float threshold, double hangoverSeconds) noexcept;
  /// Listens to the mean of all channels.
  void process(Block) noexcept;

  /// That the middle of the last frame is speech, 0 … 1.
  float probability() const noexcept { return probability_; }
  /// The decision, with hysteresis and hangover.
  bool active() const noexcept { return active_; }
  /// Seconds by which the answer lags behind what was given to process().
  double lag() const noexcept;
  /// What the network sees: log SNR and log power over the level of each band, periodicity.
  std::span<const float> features() const noexcept { return features_; }

 private:
  void frame() noexcept;
  void measureBands(bool silent) noexcept;
  float periodicity() noexcept;
  void decide(bool silent) noexcept;

  nn::Linear in_, out_;
  nn::Gru gru_;
  std::vector<float> hidden_, logit_;

  std::optional<Resampler> resampler_;  // none at 8 kHz
  double sampleRate_ = kRate;
  RealFft fft_{512};
  SppMmse noise_;
  std::vector<float> mono_, narrow_;                        // a block, at the host's rate and at 8 kHz
  std::vector<float> recent_, window_, windowCorrelation_;  // [kFrame], [kFrame], [longest lag + 1]
  std::vector<float> time_, power_, above_;                 // [fft size], [bins], [bins] SNR
  std::vector<std::complex<float>> spectrum_;               // [bins]
  std::array<float, kFeatures> features_{};
  float level_ = 0.0f;
  int filled_ = 0, frames_ = 0;
  float threshold_ = 0.7f, probability_ = 0.0f;
  int hangoverFrames_ = 3, heldFrames_ = 0;
  bool active_ = false;
};

}  // namespace rinse
