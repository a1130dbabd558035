// What is wrong between the channels of a recording: dead, doubled, inverted, out of balance, with a constant offset.
// Streaming.
#pragma once

#include <cstdint>
#include <vector>

#include "core/block.h"

namespace rinse {

struct ChannelReport {
  std::vector<double> rmsDb;   // [channels], dB full scale; -200 for silence
  std::vector<double> offset;  // [channels], mean; 1 is full scale
  bool identical = false;      // the first two hold the same
  bool inverted = false;       // the first two cancel each other in mono
  double balanceDb = 0.0;      // first over second; 0 unless there are two
};

class ChannelMeter {
 public:
  explicit ChannelMeter(int channels);
  void add(Block block) noexcept;
  ChannelReport result() const;

 private:
  std::vector<double> sum_, squares_;
  double product_ = 0.0, difference_ = 0.0;  // of the first two
  int64_t frames_ = 0;
};

}  // namespace rinse
