// Suppresses steady and slowly changing noise: the classical family. A noise tracker (noise/noise_tracker.h) says what
// the noise is, a method (noise/gain_rule.h) what to do about it, post-filters keep musical noise away. Not for single
// events (clicks, rustle) or reverberation.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/effect.h"
#include "noise/gain_rule.h"
#include "noise/gain_smoothing.h"
#include "noise/noise_profile.h"
#include "noise/noise_tracker.h"
#include "noise/spectral_gate.h"
#include "noise/spectral_subtraction.h"
#include "noise/whitening.h"

namespace rinse {

class Denoise : public SpectralEffect, public Learner {
 public:
  enum Id {
    kFloor,
    kSensitivity,
    kLowCut,
    kAttack,
    kTracker,
    kMethod,
    kOverSubtraction,
    kExponent,
    kAdaptive,
    kThreshold,
    kSmoothing,
    kWhitening
  };
  static const std::span<const Param> kParams;

  Denoise();
  void prepare(const SpectralSpec&) override;
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

  std::vector<float> noiseDensityDb() const override;

  Learner* learner() override { return this; }
  void startLearning() noexcept override;
  std::string finishLearning() override;
  std::vector<float> learned() const override;
  std::string restore(std::span<const float>) override;

 private:
  void readParams() noexcept;
  void chooseTracker() noexcept;
  void chooseRule() noexcept;
  void measurePower(const SpectralFrame&) noexcept;
  void estimateNoise() noexcept;
  void estimateGains() noexcept;
  void apply(SpectralFrame) noexcept;
  void expandProfile();

  SpectralSpec spec_{};
  std::vector<std::unique_ptr<NoiseTracker>> trackers_;  // by the parameter kTracker
  std::vector<std::unique_ptr<GainRule>> rules_;         // by the parameter kMethod
  SpectralSubtraction* subtraction_;                     // those of the rules that have parameters of their own
  SpectralGate *gate_, *movingGate_;
  NoiseTracker* tracker_ = nullptr;
  GainRule* rule_ = nullptr;
  GainSmoothing smoothing_;
  Whitening whitening_;
  float floor_ = 0.1f, noiseScale_ = 1.0f, attackMs_ = -1.0f;  // linear gain, power ratio
  int lowCutBins_ = 0;

  // [bins, rounded up to 4]
  std::vector<float> power_;  // |Y|^2, mean over channels
  std::vector<float> noise_;  // lambda_d
  std::vector<float> gain_;

  std::optional<NoiseProfile> profile_;
  std::vector<float> profilePower_;  // the profile as a periodogram of this transform
  bool learning_ = false;
  int learnedFrames_ = 0;
  std::vector<double> learnedPower_;  // [bins] sum over the frames
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
