#include "effects/debreath.h"

#include <algorithm>
#include <cmath>

#include "blocks/correlation.h"
#include "blocks/decibel.h"
#include "blocks/window.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -60.0f,
     .max = 0.0f,
     .defaultValue = -18.0f,
     .help = "How far breaths are turned down; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -60.0f},
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "dB",
     .min = -12.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "Higher takes louder breaths for breaths, and now and then a soft hiss of speech with them."},
};

constexpr double kHopSeconds = 0.01, kFrameSeconds = 0.04;
constexpr int kShortest = 13, kLongest = 120;  // hops; hisses of speech are shorter than 0.13 s, breaths than 1.2 s
constexpr float kLoudestBreath = -12.0f;       // dB against the voice
constexpr float kAboveFloor = 9.0f;            // dB
constexpr float kPitchShare =
    0.4f;                   // of a frame in the mean of its pitch's strength: noise seems to have one now and then
constexpr int kMisses = 2;  // hops that may look otherwise within a breath
constexpr float kPitched = 0.45f;  // of the correlation at the pitch, above which it is a voice
constexpr double kLowestPitch = 70.0, kHighestPitch = 400.0, kPitchTopHz = 1500.0;
constexpr double kFromHz = 150.0, kBrightHz = 5000.0, kToHz = 10000.0;
constexpr float kBright = 0.5f;                             // of the power above 5 kHz: an s, not a breath
constexpr float kVoiceFallDb = 0.03f, kFloorRiseDb = 0.1f;  // a hop: 3 and 10 dB a second
constexpr double kFadeSeconds = 0.02;

}  // namespace

const std::span<const Param> Debreath::kParams = kTable;

void Debreath::prepare(const Spec& spec) {
  spec_ = spec;
  hop_ = std::max(1, static_cast<int>(kHopSeconds * spec.sampleRate));
  frameSize_ = static_cast<int>(kFrameSeconds * spec.sampleRate);
  const RealFft& fft = fft_.emplace(RealFft::fastSize(2 * frameSize_));
  window_ = hann(frameSize_);
  time_.assign(fft.size(), 0.0f);
  recent_.assign(frameSize_, 0.0f);
  spectrum_.assign(fft.bins(), {});
  power_.assign(fft.bins(), 0.0f);
  delayed_.assign(spec.channels, Delay(latency()));
  isBreath_.assign(kWait, false);
  windowCorrelation_.assign(static_cast<size_t>(spec.sampleRate / kLowestPitch) + 2, 0.0f);
  std::copy(window_.begin(), window_.end(), time_.begin());
  fft.forward(time_.data(), spectrum_.data());
  for (auto& z : spectrum_) z = std::norm(z);
  fft.inverse(spectrum_.data(), time_.data());
  std::copy_n(time_.begin(), windowCorrelation_.size(), windowCorrelation_.begin());
  reset();
}

void Debreath::reset() noexcept {
  for (Delay& d : delayed_) d.reset();
  std::fill(recent_.begin(), recent_.end(), 0.0f);
  std::fill(isBreath_.begin(), isBreath_.end(), false);
  hops_ = 0;
  filled_ = lasts_ = misses_ = 0;
  pitch_ = 0.0f;
  voiceDb_ = -60.0f, floorDb_ = 0.0f;
  gainDb_ = target_ = 0.0f;
}

void Debreath::process(Block b) noexcept {
  const float step = std::max(-get(kRange), 1.0f) / static_cast<float>(kFadeSeconds * spec_.sampleRate);
  for (int i = 0; i < b.frames; ++i) {
    recent_[frameSize_ - hop_ + filled_] = b.mean(i);
    gainDb_ = gainDb_ > target_ ? std::max(target_, gainDb_ - step) : std::min(target_, gainDb_ + step);
    const float gain = gainDb_ == 0.0f ? 1.0f : gainFromDb(gainDb_);
    for (int c = 0; c < b.channels; ++c) {
      delayed_[c].process(&b[c][i], &b[c][i], 1);
      b[c][i] *= gain;
    }
    if (++filled_ == hop_) frame(), filled_ = 0;
  }
}

void Debreath::frame() noexcept {
  const long now = hops_++;
  isBreath_[now % kWait] = false;
  misses_ = breathes() ? 0 : misses_ + 1;
  lasts_ = misses_ <= kMisses ? lasts_ + 1 : 0;
  // The frame's middle lies two hops back. From when it has lasted long enough on it counts from its beginning.
  if (lasts_ >= kShortest && lasts_ <= kLongest) {
    for (long t = std::max(0L, now - 1 - (lasts_ == kShortest ? kShortest : 1)); t < now; ++t)
      isBreath_[t % kWait] = true;
  }
  std::copy(recent_.begin() + hop_, recent_.end(), recent_.begin());
  // What leaves during the next hop came in kWait hops before it; the fade is done when it begins.
  const bool leaving = isBreath_[(now + 1) % kWait] || (now + 1 >= kWait && isBreath_[(now + 2) % kWait]);
  target_ = leaving ? get(kRange) : 0.0f;
}

bool Debreath::breathes() noexcept {
  for (int i = 0; i < frameSize_; ++i) time_[i] = recent_[i] * window_[i];
  std::fill(time_.begin() + frameSize_, time_.end(), 0.0f);
  fft_->forward(time_.data(), spectrum_.data());
  const double binHz = spec_.sampleRate / fft_->size();
  float all = 0.0f, bright = 0.0f;
  for (int k = 0; k < fft_->bins(); ++k) {
    power_[k] = std::norm(spectrum_[k]);
    const double hz = k * binHz;
    if (hz < kFromHz || hz > kToHz) continue;
    all += power_[k];
    if (hz > kBrightHz) bright += power_[k];
  }
  const float db = dbFromPower(all / static_cast<float>(frameSize_) / static_cast<float>(frameSize_) + 1e-14f);
  pitch_ += kPitchShare * (pitched() - pitch_);
  if (db < -110.0f) return false;  // nothing was recorded
  floorDb_ = hops_ == 1 ? db : std::min(db, floorDb_ + kFloorRiseDb);
  voiceDb_ = pitch_ > kPitched ? std::max(db, voiceDb_ - kVoiceFallDb) : voiceDb_;
  const float against = db - voiceDb_ - get(kSensitivity);
  return pitch_ < kPitched && db > floorDb_ + kAboveFloor && against < kLoudestBreath && bright < kBright * all;
}

/// How strong the pitch is, 0 … 1.
float Debreath::pitched() noexcept {
  const double binHz = spec_.sampleRate / fft_->size();
  for (int k = 0; k < fft_->bins(); ++k)
    spectrum_[k] = k * binHz < kLowestPitch || k * binHz > kPitchTopHz ? 0.0f : power_[k];
  fft_->inverse(spectrum_.data(), time_.data());
  return periodicity(time_, windowCorrelation_, static_cast<int>(spec_.sampleRate / kHighestPitch),
                     static_cast<int>(windowCorrelation_.size()) - 2);
}

}  // namespace rinse
