#include "metrics/loudness.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace rinse {

namespace {

constexpr int kMomentarySteps = 4;
constexpr double kOffset = -0.691;  // BS.1770-4, eq. 2
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double lufsOf(double energy) { return kOffset + 10.0 * std::log10(energy); }

// BS.1770-4 tables 1 and 2 give coefficients for 48 kHz only; these are the analogue filters behind them, so that other
// rates measure the same (bilinear transform).
Biquad headShelf(double rate) {
  constexpr double kHz = 1681.974450955533, kGainDb = 3.999843853973347, kQ = 0.7071752369554196;
  const double k = std::tan(std::numbers::pi * kHz / rate), high = std::pow(10.0, kGainDb / 20.0),
               band = std::pow(high, 0.4996667741545416);
  const double a0 = 1.0 + k / kQ + k * k;
  return {(high + band * k / kQ + k * k) / a0, 2.0 * (k * k - high) / a0, (high - band * k / kQ + k * k) / a0,
          2.0 * (k * k - 1.0) / a0, (1.0 - k / kQ + k * k) / a0};
}

Biquad lowCut(double rate) {
  constexpr double kHz = 38.13547087602444, kQ = 0.5003270373238773;
  const double k = std::tan(std::numbers::pi * kHz / rate), a0 = 1.0 + k / kQ + k * k;
  return {1.0, -2.0, 1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / kQ + k * k) / a0};
}

/// BS.1770-4, table 3 and annex 3: what comes from beside counts more; the low-frequency channel does not count.
double weight(int channel, int channels) {
  if (isLowFrequencyChannel(channel, channels)) return 0.0;
  const bool beside =
      (channels == 5 && channel >= 3) || (channels == 6 && channel >= 4) || (channels == 8 && channel >= 6);
  return beside ? 1.41 : 1.0;
}

}  // namespace

void LoudnessMeter::Histogram::add(double energy) noexcept {
  const double bin = (lufsOf(energy) - kLowest) / kStep;
  if (!(bin >= 0.0)) return;  // the absolute gate; also NaN
  const size_t i = std::min(static_cast<size_t>(bin), count_.size() - 1);
  ++count_[i];
  energy_[i] += energy;
}

bool LoudnessMeter::Histogram::empty() const {
  return std::all_of(count_.begin(), count_.end(), [](int64_t c) { return c == 0; });
}

double LoudnessMeter::Histogram::mean(double threshold) const {
  double sum = 0.0, count = 0.0;
  for (size_t i = 0; i < count_.size(); ++i) {
    if (kLowest + static_cast<double>(i + 1) * kStep <= threshold) continue;
    sum += energy_[i], count += static_cast<double>(count_[i]);
  }
  return sum / count;
}

double LoudnessMeter::Histogram::percentile(double part, double threshold) const {
  const auto first = static_cast<size_t>(std::max(0.0, (threshold - kLowest) / kStep));
  int64_t total = 0, below = 0;
  for (size_t i = first; i < count_.size(); ++i) total += count_[i];
  size_t i = first;
  while (i + 1 < count_.size() && static_cast<double>(below += count_[i]) < part * static_cast<double>(total)) ++i;
  return kLowest + static_cast<double>(i) * kStep;
}

LoudnessWeighting::LoudnessWeighting(double sampleRate, int channels)
    : step_(static_cast<int>(std::lround(0.1 * sampleRate))) {
  for (int c = 0; c < channels; ++c)
    channels_.push_back({headShelf(sampleRate), lowCut(sampleRate), weight(c, channels)});
}

void LoudnessWeighting::reset() noexcept {
  for (Channel& c : channels_) c.shelf.reset(), c.highPass.reset();
  filled_ = 0;
  energy_ = 0.0;
}

double LoudnessWeighting::energyOf(Block block, int from, int count) noexcept {
  double energy = 0.0;
  for (size_t c = 0; c < channels_.size(); ++c) {
    Channel& channel = channels_[c];
    double sum = 0.0;
    for (int i = from; i < from + count; ++i) {
      const double y = channel.highPass.process(channel.shelf.process(block.data[c][i]));
      sum += y * y;
    }
    energy += channel.weight * sum;
  }
  return energy;
}

void LoudnessFollower::reset() noexcept {
  weighting_.reset();
  last_.fill(0.0);
  steps_ = counted_ = 0;
  lufs_ = 0.0;
}

void LoudnessFollower::add(Block block, bool counts) noexcept {
  // Seven tenths of what counts are softer than this: about what gating leaves of speech. A quantile does not mind a
  // bang.
  constexpr double kQuantile = 0.7, kSoftest = -60.0;
  constexpr double kStep = 0.5, kFar = 0.3;  // LU for 100 ms; of a difference that is large
  constexpr double kLoudest = 6.0;           // LUFS: nothing that was recorded is louder
  weighting_.add(block, [&](double energy) {
    last_[steps_++ % kMomentarySteps] = energy;
    const double mean = (last_[0] + last_[1] + last_[2] + last_[3]) / kMomentarySteps;
    const double momentary = std::min(lufsOf(mean + 1e-20), kLoudest);
    if (!counts || steps_ < kMomentarySteps || momentary < kSoftest) return;
    if (counted_ == 0) lufs_ = momentary;
    ++counted_;
    const double off = momentary - lufs_, step = std::max(kStep, kFar * std::abs(off));
    lufs_ += std::clamp(off, -(1.0 - kQuantile) * step, kQuantile * step);
  });
}

std::optional<float> LoudnessFollower::lufs() const noexcept {
  if (counted_ < 10) return {};
  return static_cast<float>(lufs_);
}

LoudnessMeter::LoudnessMeter(double sampleRate, int channels) : weighting_(sampleRate, channels) {}

void LoudnessMeter::Histogram::reset() noexcept {
  std::fill(count_.begin(), count_.end(), 0);
  std::fill(energy_.begin(), energy_.end(), 0.0);
}

void LoudnessMeter::reset() noexcept {
  weighting_.reset();
  steps_.fill(0.0);
  done_ = 0;
  momentary_.reset();
  shortTerm_.reset();
}

void LoudnessMeter::add(Block block) noexcept {
  weighting_.add(block, [&](double energy) {
    steps_[done_++ % static_cast<int64_t>(steps_.size())] = energy;
    const auto last = [&](int64_t steps) {
      double sum = 0.0;
      for (int64_t s = done_ - steps; s < done_; ++s) sum += steps_[s % static_cast<int64_t>(steps_.size())];
      return sum / static_cast<double>(steps);
    };
    if (done_ >= kMomentarySteps) momentary_.add(last(kMomentarySteps));
    if (done_ >= static_cast<int64_t>(steps_.size())) shortTerm_.add(last(static_cast<int64_t>(steps_.size())));
  });
}

LoudnessResult LoudnessMeter::result() const {
  LoudnessResult found{kNone, kNone};
  if (!momentary_.empty()) found.integratedLufs = lufsOf(momentary_.mean(lufsOf(momentary_.mean(-70.0)) - 10.0));
  if (!shortTerm_.empty()) {
    const double gate = lufsOf(shortTerm_.mean(-70.0)) - 20.0;
    found.rangeLu = shortTerm_.percentile(0.95, gate) - shortTerm_.percentile(0.1, gate);
  }
  return found;
}

}  // namespace rinse
