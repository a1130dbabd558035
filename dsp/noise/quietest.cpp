#include "noise/quietest.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rinse {

namespace {
constexpr double kStretchSeconds = 0.15;
constexpr float kAlike = 1.3f;   // energies this near belong to the same noise
constexpr float kShare = 0.15f;  // of a stretch that is like the ones in use
}  // namespace

void Quietest::prepare(int bins, double hopSeconds) {
  stretchFrames_ = std::max(1, static_cast<int>(std::lround(kStretchSeconds / hopSeconds)));
  stretch_.assign(bins, 0.0f);
  noise_.assign(bins, kLeastPower);
  reset();
}

void Quietest::seed(std::span<const float> noise) noexcept {
  reset();
  std::copy(noise.begin(), noise.end(), noise_.begin());
  quietest_ = std::accumulate(noise.begin(), noise.end(), 0.0f);
  found_ = true;
}

void Quietest::reset() noexcept {
  frames_ = 0;
  found_ = false;
  std::fill(stretch_.begin(), stretch_.end(), 0.0f);
  std::fill(noise_.begin(), noise_.end(), kLeastPower);
}

void Quietest::update(std::span<const float> power) noexcept {
  for (size_t k = 0; k < power.size(); ++k) stretch_[k] += power[k];
  ++frames_;
  const float share = 1.0f / static_cast<float>(frames_);
  const float energy = std::accumulate(stretch_.begin(), stretch_.end(), 0.0f) * share;
  const bool whole = frames_ == stretchFrames_;
  const bool alike = found_ && energy < quietest_ * kAlike && energy > quietest_ / kAlike;
  if (!found_ || (whole && (alike || energy < quietest_))) {  // until the first stretch is whole, what there is of it
    const float weight = alike ? kShare : 1.0f;
    for (size_t k = 0; k < power.size(); ++k)
      noise_[k] = std::max(noise_[k] + weight * (stretch_[k] * share - noise_[k]), kLeastPower);
    quietest_ += weight * (energy - quietest_);
  }
  if (!whole) return;
  found_ = true;
  frames_ = 0;
  std::fill(stretch_.begin(), stretch_.end(), 0.0f);
}

}  // namespace rinse
