// Suppresses steady and slowly changing noise under speech: the log-spectral amplitude estimator under signal presence
// uncertainty (OM-LSA; Ephraim & Malah 1985, Cohen & Berdugo 2001) over a noise tracker. Not for single events (clicks,
// rustle) or reverberation.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/effect.h"
#include "noise/noise_profile.h"
#include "noise/noise_tracker.h"
#include "noise/speech_absence.h"

namespace rinse {

class Denoise : public SpectralEffect, public Learner {
 public:
  enum Id { kFloor, kSensitivity, kLowCut, kAttack, kTracker };
  static const std::span<const Param> kParams;

  Denoise();
  void prepare(const SpectralSpec&) override;
  void process(SpectralFrame) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

  Learner* learner() override { return this; }
  void startLearning() noexcept override;
  std::string finishLearning() override;
  std::vector<float> learned() const override;
  std::string restore(std::span<const float>) override;

 private:
  void readParams() noexcept;
  void measurePower(const SpectralFrame&) noexcept;
  void estimateNoise() noexcept;
  void estimateGains() noexcept;
  void apply(SpectralFrame) noexcept;
  void expandProfile();

  SpectralSpec spec_{};
  std::unique_ptr<NoiseTracker> trackers_[2];  // by the parameter kTracker
  NoiseTracker* tracker_ = nullptr;
  SpeechAbsence absence_;
  float floor_ = 0.1f, noiseScale_ = 1.0f, attackMs_ = -1.0f;  // linear gain, power ratio
  float priorSmoothing_ = 0.9f;                                // alpha of the decision-directed estimate
  int lowCutBins_ = 0;

  // [bins, rounded up to 4]
  std::vector<float> power_;  // |Y|^2, mean over channels
  std::vector<float> noise_;  // lambda_d
  std::vector<float> xi_;     // a-priori SNR
  std::vector<float> clean_;  // G_H1^2 |Y|^2 of the frame before
  std::vector<float> gain_;

  std::optional<NoiseProfile> profile_;
  std::vector<float> profilePower_;  // the profile as a periodogram of this transform
  bool learning_ = false;
  int learnedFrames_ = 0;
  std::vector<double> learnedPower_;  // [bins] sum over the frames
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
