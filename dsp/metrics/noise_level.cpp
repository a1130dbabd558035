#include "metrics/noise_level.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace rinse {

namespace {

constexpr double kFrameSeconds = 0.05;
constexpr double kLowCutHz = 80.0;
constexpr double kQuietest = 0.1;     // of the frames that are not digital silence
constexpr double kStandsOutDb = 6.0;  // above the quietest
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Second-order Butterworth high-pass by the bilinear transform.
Biquad highPass(double hz, double rate) {
  const double k = std::tan(std::numbers::pi * hz / rate), a0 = 1.0 + std::numbers::sqrt2 * k + k * k;
  return {1.0 / a0, -2.0 / a0, 1.0 / a0, 2.0 * (k * k - 1.0) / a0, (1.0 - std::numbers::sqrt2 * k + k * k) / a0};
}

double db(double meanSquare) { return 10.0 * std::log10(meanSquare); }

}  // namespace

NoiseLevelMeter::NoiseLevelMeter(int sampleRate)
    : frame_(static_cast<int>(kFrameSeconds * sampleRate)),
      lowCut_(highPass(kLowCutHz, sampleRate)),
      count_(static_cast<size_t>(-kLowestDb / kStepDb) + 20, 0),
      sum_(count_.size(), 0.0) {}

void NoiseLevelMeter::add(const float* samples, int count) noexcept {
  for (int i = 0; i < count; ++i) {
    const double y = lowCut_.process(samples[i]);
    energy_ += y * y;
    if (++filled_ < frame_) continue;
    const double meanSquare = energy_ / frame_, bin = (db(meanSquare) - kLowestDb) / kStepDb;
    if (bin >= 0.0) {
      const size_t b = std::min(static_cast<size_t>(bin), count_.size() - 1);
      ++count_[b];
      sum_[b] += meanSquare;
    }
    energy_ = 0.0, filled_ = 0;
  }
}

NoiseLevel NoiseLevelMeter::result() const {
  int64_t total = 0;
  for (const int64_t c : count_) total += c;
  if (total == 0) return {kNone, kNone, kNone};
  double noise = 0.0;
  int64_t quiet = 0;
  size_t b = 0;
  while (static_cast<double>(quiet) < kQuietest * static_cast<double>(total)) noise += sum_[b], quiet += count_[b++];
  noise /= static_cast<double>(quiet);
  double signal = 0.0;
  int64_t loud = 0;
  for (b = 0; b < count_.size(); ++b) {
    if (count_[b] == 0 || db(sum_[b] / static_cast<double>(count_[b])) < db(noise) + kStandsOutDb) continue;
    signal += sum_[b], loud += count_[b];
  }
  if (loud == 0) return {db(noise), kNone, kNone};
  signal = signal / static_cast<double>(loud) - noise;
  return {db(noise), db(signal), db(signal / noise)};
}

}  // namespace rinse
