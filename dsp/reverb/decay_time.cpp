#include "reverb/decay_time.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

constexpr float kUsualSeconds = 0.5f, kLeastSeconds = 0.1f, kMostSeconds = 5.0f;
constexpr double kBandsFromHz = 300.0;             // four octaves from here
constexpr float kBump = 0.2f, kLeastFall = 10.0f;  // dB
constexpr double kLeastRunSeconds = 0.08;
constexpr float kLeastFit = 0.95f;  // coefficient of determination
constexpr int kFewest = 5;
// Speech itself falls no faster than the room lets it, often slower: chosen on voices in simulated rooms.
constexpr float kQuantile = 0.7f;

}  // namespace

void DecayTime::prepare(double binHz, double hopSeconds) {
  hopSeconds_ = hopSeconds;
  for (int b = 0; b < kBands; ++b) {
    bands_[b].from = static_cast<int>(std::lround(kBandsFromHz * (1 << b) / binHz));
    bands_[b].to = static_cast<int>(std::lround(kBandsFromHz * (2 << b) / binHz));
  }
  reset();
}

void DecayTime::reset() noexcept {
  frames_ = 0;
  count_ = 0;
  seconds_ = kUsualSeconds;
  for (Band& b : bands_) b.length = 0;
}

void DecayTime::endRun(Band& band) noexcept {
  const int n = band.length - 2;  // without its ends, where other sounds mix in
  const float* level = &band.run[1];
  if (band.length * hopSeconds_ < kLeastRunSeconds || band.run[0] - band.run[band.length - 1] < kLeastFall) return;
  double sumX = 0.0, sumY = 0.0, sumXx = 0.0, sumXy = 0.0, sumYy = 0.0;
  for (int i = 0; i < n; ++i) {
    const double x = i * hopSeconds_, y = level[i];
    sumX += x, sumY += y, sumXx += x * x, sumXy += x * y, sumYy += y * y;
  }
  const double covariance = n * sumXy - sumX * sumY, spreadX = n * sumXx - sumX * sumX,
               spreadY = n * sumYy - sumY * sumY;
  const double slope = covariance / spreadX;
  if (!(slope < 0.0) || covariance * covariance < kLeastFit * spreadX * spreadY) return;
  found_[count_++ % kKept] = std::clamp(static_cast<float>(-60.0 / slope), kLeastSeconds, kMostSeconds);
  const int kept = std::min(count_, kKept);
  if (kept < kFewest) return;
  std::array<float, kKept> sorted = found_;
  const auto at = sorted.begin() + static_cast<int>(kQuantile * static_cast<float>(kept));
  std::nth_element(sorted.begin(), at, sorted.begin() + kept);
  seconds_ = *at;
}

void DecayTime::update(std::span<const float> power) noexcept {
  for (Band& b : bands_) {
    float sum = 1e-20f;
    for (int k = b.from; k < std::min<int>(b.to, static_cast<int>(power.size())); ++k) sum += power[k];
    b.recent[frames_ % b.recent.size()] = sum;
    const auto level = static_cast<float>(dbFromPower((b.recent[0] + b.recent[1] + b.recent[2]) / 3.0f));
    const bool goesOn = b.length > 0 && b.length < kLongest && level < b.run[b.length - 1] + kBump;
    if (!goesOn) {
      if (b.length > 2) endRun(b);
      b.length = 0;
    }
    b.run[b.length++] = level;
  }
  ++frames_;
}

}  // namespace rinse
