#include "metrics/clicks.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "blocks/linear_prediction.h"
#include "blocks/window.h"

namespace rinse {

namespace {

constexpr int kOrder = 20;
constexpr double kFrameSeconds = 0.02, kLongestSeconds = 0.002;
constexpr double kStandsOut =
    35.0;  // times the median magnitude of the residual; glottal pulses and plosives reach twenty
constexpr double kQuietest = 1e-3;  // full scale: what is softer is not heard as a click
constexpr int kMost = 2;            // in a frame: what comes more often is a voice, a crackle of fire, applause

}  // namespace

ClickDetector::ClickDetector(int sampleRate)
    : frame_(2 * static_cast<int>(kFrameSeconds * sampleRate)),
      hop_(frame_ / 2),
      longest_(static_cast<int>(kLongestSeconds * sampleRate)),
      window_(hann(frame_)),
      windowed_(frame_),
      residual_(frame_),
      sorted_(frame_) {}

void ClickDetector::add(const float* samples, int count) {
  waiting_.insert(waiting_.end(), samples, samples + count);
  size_t used = 0;
  while (waiting_.size() - used >= static_cast<size_t>(frame_)) {
    std::copy_n(waiting_.begin() + static_cast<std::ptrdiff_t>(used), frame_, residual_.begin());
    analyse();
    used += hop_;
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(used));
}

/// Looks at the middle half of the frame in residual_.
void ClickDetector::analyse() {
  for (int i = 0; i < frame_; ++i) windowed_[i] = residual_[i] * window_[i];
  const auto model = linearPrediction<kOrder>(windowed_);
  for (int i = frame_ - 1; i >= kOrder; --i) {
    for (int k = 1; k <= kOrder; ++k) residual_[i] += model.predictor[k] * residual_[i - k];
  }
  const int from = hop_ / 2, to = from + hop_;
  std::transform(residual_.begin() + from, residual_.begin() + to, sorted_.begin(),
                 [](double v) { return std::abs(v); });
  std::nth_element(sorted_.begin(), sorted_.begin() + hop_ / 2, sorted_.begin() + hop_);
  const double least = std::max(kStandsOut * sorted_[hop_ / 2], kQuietest);
  int found = 0;
  for (int i = from; i < to; ++i) {
    if (std::abs(residual_[i]) < least) continue;
    ++found;
    int last = i;  // a click ends where nothing stands out for as long as a click may last
    for (int k = i; k < std::min(last + longest_, to); ++k) {
      if (std::abs(residual_[k]) >= least) last = k;
    }
    if (last - i > longest_) found = kMost + 1;
    i = last + longest_;
  }
  if (found <= kMost) clicks_ += found;
}

}  // namespace rinse
