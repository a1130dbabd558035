#include "noise/speech_absence.h"

#include <algorithm>
#include <cmath>

#include "blocks/f32x4.h"

namespace rinse {

namespace {

// Table 1 of the paper: hop 8 ms, bins of 31.25 Hz.
constexpr double kPaperHop = 0.008, kPaperBinHz = 31.25;
constexpr double kSmoothing = 0.7;
constexpr int kLocalWidth = 1, kGlobalWidth = 15;
constexpr float kZetaMin = 0.1f;                    // -10 dB
constexpr float kPeakMin = 1.0f, kPeakMax = 10.0f;  // 0 dB, 10 dB
constexpr float kMostAbsence = 0.95f;
constexpr double kSpeechHz = 8000.0;       // the paper's whole band (16 kHz sampling)
constexpr float kLog2Range = 1.66096405f;  // log2(zeta_max / zeta_min), zeta_max = -5 dB

/// Eq. 25: 0 at kZetaMin, 1 at kZetaMax, logarithmic between.
f32x4 likelihood4(f32x4 zeta) { return clamp4((log2_4(zeta) + 3.32192809f) * (1.0f / kLog2Range), 0.0f, 1.0f); }

}  // namespace

void SpeechAbsence::prepare(int bins, double binHz, double hopSeconds) {
  bins_ = bins;
  for (auto* v : {&zeta_, &local_, &global_, &absence_}) v->assign(roundUp4(bins), 0.0f);
  sums_ = RunningSums(bins);
  smoothing_ = static_cast<float>(std::pow(kSmoothing, hopSeconds / kPaperHop));
  localWidth_ = std::max(1, static_cast<int>(std::lround(kLocalWidth * kPaperBinHz / binHz)));
  globalWidth_ = std::max(2, static_cast<int>(std::lround(kGlobalWidth * kPaperBinHz / binHz)));
  speechBins_ = std::min(bins, static_cast<int>(kSpeechHz / binHz) + 1);
  reset();
}

void SpeechAbsence::reset() noexcept {
  std::fill(zeta_.begin(), zeta_.end(), 0.0f);
  frameBefore_ = 0.0f;
  peak_ = kPeakMin;
}

/// Eqs. 26-27 and fig. 3: speech in the frame as a whole; certain while the level rises, fading with it after.
float SpeechAbsence::frameLikelihood() noexcept {
  const float frame = static_cast<float>(sums_.sum(0, speechBins_) / speechBins_);
  const bool rising = frame > frameBefore_;
  frameBefore_ = frame;
  if (frame <= kZetaMin) return 0.0f;
  if (rising) {
    peak_ = std::clamp(frame, kPeakMin, kPeakMax);
    return 1.0f;
  }
  return likelihood4(splat(frame / peak_))[0];
}

std::span<const float> SpeechAbsence::update(std::span<const float> xi) noexcept {
  for (int k = 0; k < bins_; ++k) zeta_[k] = smoothing_ * zeta_[k] + (1.0f - smoothing_) * xi[k];
  sums_.assign(zeta_);
  sums_.mean(localWidth_, local_.data());
  sums_.mean(globalWidth_, global_.data());
  const float frame = frameLikelihood();
  for (size_t k = 0; k < absence_.size(); k += 4) {
    const f32x4 presence = likelihood4(load4(&local_[k])) * likelihood4(load4(&global_[k])) * frame;
    store4(&absence_[k], min4(1.0f - presence, splat(kMostAbsence)));
  }
  return absence_;
}

}  // namespace rinse
