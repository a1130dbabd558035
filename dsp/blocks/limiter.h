// A gain that has come down smoothly before a peak arrives: the smallest gain that the coming samples need, averaged
// over as many samples (a brick-wall limiter with look-ahead). Not for measuring peaks: the caller says how high they
// are.
#pragma once

#include <algorithm>
#include <vector>

namespace rinse {

class Limiter {
 public:
  /// `ahead`: samples by which a peak is known before it sounds. `release`: weight of a step back to 1 in each sample.
  void prepare(int ahead, float release) {
    ahead_ = std::max(1, ahead);
    release_ = release;
    needed_.assign(2 * ahead_ + 1, {});
    held_.assign(ahead_, 1.0f);
    reset();
  }
  void reset() {
    std::fill(held_.begin(), held_.end(), 1.0f);
    first_ = last_ = oldest_ = 0;
    now_ = 0;
    sum_ = ahead_;
    released_ = 1.0f;
  }
  /// The gain that the peak needs that is `ahead` samples away; returns the gain for the sample that sounds now.
  float next(float needed) noexcept {
    const int size = static_cast<int>(needed_.size());
    const auto before = [size](int i) { return i > 0 ? i - 1 : size - 1; };
    const auto behind = [size](int i) { return i + 1 < size ? i + 1 : 0; };
    // The smallest of the last ahead + 1 gains, by a queue that falls towards its end.
    while (first_ != last_ && needed_[before(last_)].gain >= needed) last_ = before(last_);
    needed_[last_] = {needed, now_};
    last_ = behind(last_);
    while (now_ - needed_[first_].at > ahead_) first_ = behind(first_);
    const float least = needed_[first_].gain;
    released_ = least < released_ ? least : released_ + release_ * (least - released_);
    if (released_ > 0.9999f && least >= 1.0f) released_ = 1.0f;
    float& oldest = held_[oldest_];
    if (++oldest_ == ahead_) oldest_ = 0;
    sum_ += static_cast<double>(released_) - static_cast<double>(oldest);
    oldest = released_;
    ++now_;
    return sum_ > ahead_ - 1e-6 ? 1.0f : static_cast<float>(sum_ / ahead_);
  }

 private:
  struct Needed {
    float gain;
    int64_t at;
  };
  int ahead_ = 1, first_ = 0, last_ = 0, oldest_ = 0;
  int64_t now_ = 0;
  float release_ = 0.001f, released_ = 1.0f;
  double sum_ = 1.0;
  std::vector<Needed> needed_;  // a ring
  std::vector<float> held_;     // [ahead] a ring
};

}  // namespace rinse
