#include "metrics/channel_report.h"

#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

constexpr double kSame = 1e-8;      // of the power, -80 dB: the same but for rounding
constexpr double kInverted = -0.7;  // correlation: in mono most of it is gone

}  // namespace

ChannelMeter::ChannelMeter(int channels) : sum_(channels, 0.0), squares_(channels, 0.0) {}

void ChannelMeter::add(Block block) noexcept {
  for (int c = 0; c < block.channels; ++c) {
    for (int i = 0; i < block.frames; ++i) {
      const double x = block.data[c][i];
      sum_[c] += x, squares_[c] += x * x;
    }
  }
  if (block.channels >= 2) {
    for (int i = 0; i < block.frames; ++i) {
      const double x = block.data[0][i], y = block.data[1][i];
      product_ += x * y, difference_ += (x - y) * (x - y);
    }
  }
  frames_ += block.frames;
}

ChannelReport ChannelMeter::result() const {
  ChannelReport found;
  const double n = frames_ > 0 ? static_cast<double>(frames_) : 1.0;
  for (size_t c = 0; c < sum_.size(); ++c) {
    const double mean = sum_[c] / n;
    found.offset.push_back(mean);
    found.rmsDb.push_back(dbFromPower(squares_[c] / n - mean * mean));
  }
  if (sum_.size() < 2) return found;
  const auto variance = [&](int c) { return squares_[c] / n - found.offset[c] * found.offset[c]; };
  const double both = std::sqrt(variance(0) * variance(1)),
               covariance = product_ / n - found.offset[0] * found.offset[1];
  found.identical = both > 0.0 && difference_ / n < kSame * both;
  found.inverted = both > 0.0 && covariance < kInverted * both;
  if (sum_.size() == 2) found.balanceDb = found.rmsDb[0] - found.rmsDb[1];
  return found;
}

}  // namespace rinse
