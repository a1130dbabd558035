#include "metrics/quiet_stretch.h"

#include <cmath>

namespace rinse {

namespace {
constexpr double kHopSeconds = 0.01;
constexpr int kStretch = 33, kMargin = 8;  // hops; a voice fades in and out
constexpr double kSilence = 1e-12;          // mean square below which nothing was recorded
}  // namespace

QuietStretch::QuietStretch(double sampleRate, int maxFrames) : hop_(static_cast<int>(kHopSeconds * sampleRate)) {
  activity_.prepare(sampleRate, maxFrames);
  hopSeconds_ = hop_ / sampleRate;
  lagHops_ = static_cast<int>(std::ceil(activity_.lag() / hopSeconds_));
  ring_.assign(lagHops_ + kMargin + kStretch + 1, 0.0);
}

void QuietStretch::add(Block b) noexcept {
  for (int from = 0; from < b.frames;) {
    const Block piece = b.part(from, std::min(hop_ - filled_, b.frames - from));
    activity_.process(piece);
    for (int i = 0; i < piece.frames; ++i) {
      const double mean = piece.mean(i);
      energy_ += mean * mean;
    }
    from += piece.frames, filled_ += piece.frames;
    if (filled_ < hop_) continue;
    endHop(energy_ / hop_);
    filled_ = 0, energy_ = 0.0;
  }
}

/// Hop `hops_` has come in; the detector speaks of the one before it by its lag, and the stretch ends a margin earlier.
void QuietStretch::endHop(double energy) noexcept {
  const auto size = static_cast<long>(ring_.size());
  ring_[hops_ % size] = energy;
  const long end = hops_ - lagHops_ - kMargin, before = end - kStretch;
  if (end >= 0) sum_ += ring_[end % size];
  if (before >= 0) sum_ -= ring_[before % size];
  const long heard = hops_ - lagHops_;
  calm_ = heard < 0 || activity_.active() || ring_[heard % size] < kSilence ? 0 : calm_ + 1;
  // The beginning of the recording counts as calm.
  const bool calm = calm_ >= std::min<long>(kStretch + 2 * kMargin, heard + 1);
  if (calm && end >= kStretch - 1 && (best_ < 0 || sum_ < least_)) best_ = end, least_ = sum_;
  ++hops_;
}

std::optional<QuietStretch::Result> QuietStretch::result() const {
  if (best_ < 0) return {};
  const double to = static_cast<double>(best_ + 1) * hopSeconds_;
  return Result{to - kStretch * hopSeconds_, to};
}

}  // namespace rinse
