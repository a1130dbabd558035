#include "voice/voice_activity.h"

#include <algorithm>
#include <cmath>

#include "blocks/correlation.h"
#include "blocks/erb.h"
#include "blocks/window.h"
#include "nn/activation.h"
#include "voice/activity_weights.h"

namespace rinse {

namespace {

constexpr double kBinHz = VoiceActivity::kRate / 512.0, kHopSeconds = 0.01;
constexpr double kLowestHz = 100.0, kHighestHz = 3800.0;
constexpr double kLowestPitch = 70.0, kHighestPitch = 400.0;  // Hz
constexpr double kPitchTopHz = 2500.0;                        // above, voices are too noisy to be periodic
constexpr double kNoiseSeconds = 0.3;
constexpr float kStrongest = 100.0f;                      // SNR beyond which nothing is gained
constexpr float kHysteresis = 0.6f;                       // of the threshold, below which speech ends
constexpr double kRiseSeconds = 0.3, kFallSeconds = 3.0;  // of the level

int binOf(double hz) { return static_cast<int>(std::lround(hz / kBinHz)); }

/// Edges of the bands, equally wide on the ERB-rate scale.
std::array<int, VoiceActivity::kBands + 1> edges() {
  std::array<int, VoiceActivity::kBands + 1> e{};
  const double low = erbRate(kLowestHz), high = erbRate(kHighestHz);
  for (int b = 0; b <= VoiceActivity::kBands; ++b) {
    e[b] = binOf(hzOfErbRate(low + (high - low) * b / VoiceActivity::kBands));
  }
  return e;
}

}  // namespace

VoiceActivity::VoiceActivity()
    : in_(*nn::Linear::create(activityWeights(), "in", kFeatures, kUnits)),
      out_(*nn::Linear::create(activityWeights(), "out", kUnits, 1)),
      gru_(*nn::Gru::create(activityWeights(), "gru", kUnits, kUnits)),
      hidden_(in_.paddedOutputs()),
      logit_(out_.paddedOutputs()) {}

void VoiceActivity::prepare(double sampleRate, int maxFrames) {
  sampleRate_ = sampleRate;
  resampler_.reset();
  if (sampleRate != kRate) {
    resampler_.emplace(static_cast<int>(std::lround(sampleRate)), kRate, 16);
    resampler_->prepare(maxFrames);
  }
  mono_.assign(maxFrames, 0.0f);
  narrow_.assign(resampler_ ? resampler_->maxOutputs(maxFrames) : 0, 0.0f);
  recent_.assign(kFrame, 0.0f);
  window_ = hann(kFrame);
  time_.assign(fft_.size(), 0.0f);
  spectrum_.assign(fft_.bins(), {});
  power_.assign(fft_.bins(), kLeastPower);
  above_.assign(fft_.bins(), 0.0f);
  windowCorrelation_.assign(static_cast<size_t>(kRate / kLowestPitch) + 1, 0.0f);
  for (size_t lag = 0; lag < windowCorrelation_.size(); ++lag) {
    for (size_t i = lag; i < window_.size(); ++i) windowCorrelation_[lag] += window_[i] * window_[i - lag];
  }
  noise_.prepare(fft_.bins(), kHopSeconds);
  noise_.attack(kNoiseSeconds);
  reset();
}

void VoiceActivity::reset() noexcept {
  if (resampler_) resampler_->reset();
  noise_.reset();
  std::fill(recent_.begin(), recent_.end(), 0.0f);
  features_.fill(0.0f);
  filled_ = frames_ = heldFrames_ = 0;
  level_ = 0.0f;
  gru_.reset();
  probability_ = 0.0f;
  active_ = false;
}

void VoiceActivity::sensitivity(float threshold, double hangoverSeconds) noexcept {
  threshold_ = threshold;
  hangoverFrames_ = static_cast<int>(std::lround(hangoverSeconds / kHopSeconds));
}

double VoiceActivity::lag() const noexcept {
  return 0.5 * kFrame / kRate + kLookAhead * kHopSeconds + (resampler_ ? resampler_->lookAhead() / sampleRate_ : 0.0);
}

void VoiceActivity::process(Block b) noexcept {
  for (int i = 0; i < b.frames; ++i) mono_[i] = b.mean(i);
  const float* from = mono_.data();
  int count = b.frames;
  if (resampler_) {
    count = resampler_->process(mono_.data(), b.frames, narrow_.data());
    from = narrow_.data();
  }
  while (count > 0) {
    const int taken = std::min(count, kHop - filled_);
    std::copy_n(from, taken, recent_.end() - kHop + filled_);
    from += taken, count -= taken, filled_ += taken;
    if (filled_ < kHop) continue;
    frame();
    std::copy(recent_.begin() + kHop, recent_.end(), recent_.begin());
    filled_ = 0;
  }
}

void VoiceActivity::frame() noexcept {
  for (int i = 0; i < kFrame; ++i) time_[i] = recent_[i] * window_[i];
  std::fill(time_.begin() + kFrame, time_.end(), 0.0f);
  fft_.forward(time_.data(), spectrum_.data());
  float energy = 0.0f;
  for (size_t k = 0; k < power_.size(); ++k) {
    power_[k] = std::max(std::norm(spectrum_[k]), kLeastPower);
    energy += power_[k];
  }
  // Digital silence is no speech, and says nothing about the noise.
  const bool silent = energy <= 2.0f * kLeastPower * static_cast<float>(power_.size());
  if (!silent) noise_.update(power_);
  const std::span<const float> noise = noise_.noise();
  for (size_t k = 0; k < power_.size(); ++k)
    above_[k] = silent ? 0.0f : std::clamp(power_[k] / noise[k] - 1.0f, 0.0f, kStrongest);
  measureBands(silent);
  decide(silent);
}

void VoiceActivity::measureBands(bool silent) noexcept {
  static const auto kEdges = edges();
  float total = 0.0f;
  for (int b = 0; b < kBands; ++b) {
    const int from = kEdges[b], to = kEdges[b + 1];
    float above = 0.0f, power = 0.0f;
    for (int k = from; k < to;) {  // one logarithm of a product of a few factors, each within 1 … 101
      float factor = 1.0f;
      for (const int end = std::min(k + 8, to); k < end; ++k) factor *= 1.0f + above_[k], power += power_[k];
      above += std::log(factor);
    }
    features_[b] = above / static_cast<float>(to - from);
    features_[kBands + b] = std::log(power / static_cast<float>(to - from));
    total += features_[kBands + b] / kBands;
  }
  if (!silent) {  // the level follows what is loud quickly, what is soft slowly
    ++frames_;
    const double seconds = total > level_ ? kRiseSeconds : kFallSeconds;
    level_ += static_cast<float>(std::max(1.0 / frames_, kHopSeconds / seconds)) * (total - level_);
  }
  for (int b = 0; b < kBands; ++b)
    features_[kBands + b] = std::clamp(0.5f * (features_[kBands + b] - level_), -4.0f, 4.0f);
  features_[2 * kBands] = periodicity();
}

/// Of what stands above the noise.
float VoiceActivity::periodicity() noexcept {
  const int from = binOf(kLowestPitch), to = binOf(kPitchTopHz);
  for (int k = 0; k < fft_.bins(); ++k) {
    const float gain = k < from || k > to ? 0.0f : above_[k] / (1.0f + above_[k]);
    spectrum_[k] = power_[k] * gain * gain;
  }
  fft_.inverse(spectrum_.data(), time_.data());
  return rinse::periodicity(time_, windowCorrelation_, static_cast<int>(kRate / kHighestPitch),
                            static_cast<int>(windowCorrelation_.size()) - 1);
}

void VoiceActivity::decide(bool silent) noexcept {
  in_(features_.data(), hidden_.data());
  nn::apply4(std::span(hidden_).first(kUnits), nn::tanh4);
  out_(gru_(hidden_.data()).data(), logit_.data());
  probability_ = silent ? 0.0f : nn::sigmoid(logit_[0]);
  if (probability_ > threshold_) active_ = true;
  if (probability_ > kHysteresis * threshold_)
    heldFrames_ = hangoverFrames_;
  else if (heldFrames_-- <= 0)
    active_ = false, heldFrames_ = 0;
}

}  // namespace rinse
