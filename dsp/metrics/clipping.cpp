#include "metrics/clipping.h"

#include <algorithm>
#include <cmath>

namespace rinse {

namespace {

constexpr int kShortest = 3;          // samples: two alike are common
constexpr float kFlat = 1.0f / 2048;  // of the top: what rounding and a little noise do
constexpr float kQuietest = 0.05f;    // -26 dB: tops below are not looked at
constexpr double kLevelsPerDb = 8.0;
constexpr int64_t kFewest = 4;  // peaks at one level: two or three are chance
// The top of any smooth wave is a parabola: where its flat part differs by kFlat over three samples or more, the next
// sample lies at most 3 kFlat below. A cut wave falls at once.
constexpr float kSteep = 8.0f * kFlat;

}  // namespace

void ClippingDetector::close(float next) noexcept {
  const float magnitude = std::abs(top_);
  if (run_ < kShortest || magnitude < kQuietest) return;
  const float fallLeft = magnitude - std::copysign(1.0f, top_) * before_,
              fallRight = magnitude - std::copysign(1.0f, top_) * next;
  if (std::min(fallLeft, fallRight) <= 0.0f || std::max(fallLeft, fallRight) < kSteep * magnitude) return;
  const int level = static_cast<int>(
      std::min(kLevelsPerDb * 20.0 * std::log10(static_cast<double>(magnitude) / kQuietest), kLevels - 1.0));
  ++peaks_[level];
  samples_[level] += run_;
}

ClippingDetector::Result ClippingDetector::result() const {
  Result found;
  for (int l = kLevels - 1; l >= 0; --l) {
    const int64_t near = peaks_[l] + (l > 0 ? peaks_[l - 1] : 0) + (l + 1 < kLevels ? peaks_[l + 1] : 0);
    if (peaks_[l] == 0 || near < kFewest) continue;
    found.peaks += peaks_[l];
    found.samples += samples_[l];
    found.level = kQuietest * static_cast<float>(std::pow(10.0, l / kLevelsPerDb / 20.0));
  }
  return found;
}

void ClippingDetector::add(std::span<const float> samples) noexcept {
  for (const float x : samples) {
    if (run_ > 0 && std::abs(x - top_) <= kFlat * std::abs(top_)) {
      ++run_;
    } else {
      close(x);
      before_ = previous_;
      top_ = x;
      run_ = 1;
    }
    previous_ = x;
  }
}

}  // namespace rinse
