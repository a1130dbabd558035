#include "noise/mcra.h"

#include <algorithm>
#include <cmath>

namespace rinse {

namespace {

// Sec. III of the paper, hop 8 ms.
constexpr double kPaperHop = 0.008;
constexpr double kSpectrumSmoothing = 0.8, kPresenceSmoothing = 0.2;
constexpr int kWindowFrames = 125;
constexpr float kDelta = 5.0f;  // S / S_min from which on a bin holds speech

}  // namespace

void Mcra::prepare(int bins, double hopSeconds) {
  hopSeconds_ = hopSeconds;
  spectrumSmoothing_ = static_cast<float>(std::pow(kSpectrumSmoothing, hopSeconds / kPaperHop));
  presenceSmoothing_ = static_cast<float>(std::pow(kPresenceSmoothing, hopSeconds / kPaperHop));
  windowFrames_ = std::max(1, static_cast<int>(std::lround(kWindowFrames * kPaperHop / hopSeconds)));
  for (auto* v : {&smoothed_, &minimum_, &temporary_, &noise_}) v->assign(bins, kLeastPower);
  presence_.assign(bins, 0.0f);
  reset();
}

void Mcra::attack(double seconds) noexcept { noiseSmoothing_ = static_cast<float>(std::exp(-hopSeconds_ / seconds)); }

void Mcra::start(std::span<const float> power) noexcept {
  for (auto* v : {&smoothed_, &minimum_, &temporary_, &noise_}) std::copy(power.begin(), power.end(), v->begin());
  first_ = false;
}

void Mcra::seed(std::span<const float> noise) noexcept {
  reset();
  start(noise);
}

void Mcra::reset() noexcept {
  first_ = true;
  frame_ = 0;
  std::fill(presence_.begin(), presence_.end(), 0.0f);
}

void Mcra::update(std::span<const float> power) noexcept {
  if (first_) start(power);
  const bool windowEnds = ++frame_ == windowFrames_;
  if (windowEnds) frame_ = 0;
  const size_t last = power.size() - 1;
  for (size_t k = 0; k <= last; ++k) {
    const float local = 0.5f * power[k] + 0.25f * (power[k > 0 ? k - 1 : k] + power[k < last ? k + 1 : k]);  // eq. 7
    const float s = spectrumSmoothing_ * smoothed_[k] + (1.0f - spectrumSmoothing_) * local;                 // eq. 8
    smoothed_[k] = s;
    minimum_[k] = windowEnds ? std::min(temporary_[k], s) : std::min(minimum_[k], s);  // eqs. 9-12
    temporary_[k] = windowEnds ? s : std::min(temporary_[k], s);
    const float present = s > kDelta * minimum_[k] ? 1.0f : 0.0f;
    presence_[k] = presenceSmoothing_ * presence_[k] + (1.0f - presenceSmoothing_) * present;  // eq. 14
    // Eq. 5. That a bin has just become loud counts at once: eq. 14 alone lets an eighth of each onset through.
    const float keep = noiseSmoothing_ + (1.0f - noiseSmoothing_) * std::max(present, presence_[k]);
    noise_[k] = std::max(keep * noise_[k] + (1.0f - keep) * power[k], kLeastPower);  // eq. 4
  }
}

}  // namespace rinse
