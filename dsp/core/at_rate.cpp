#include "core/at_rate.h"

#include <algorithm>
#include <cmath>

namespace rinse {

namespace {
constexpr int kZeroCrossings = 64;  // pass band to 0.89 of the lower Nyquist frequency
}

void AtRate::prepare(const Spec& spec) {
  const int hostRate = static_cast<int>(std::lround(spec.sampleRate));
  down_.clear();
  up_.clear();
  if (hostRate == rate_) {
    inner_.prepare(spec);
    latency_ = inner_.latency();
    return;
  }
  const double ratio = static_cast<double>(hostRate) / rate_;
  const Resampler down(hostRate, rate_, kZeroCrossings);
  const int maxInner = down.maxOutputs(spec.maxFrames);
  inner_.prepare({static_cast<double>(rate_), spec.channels, maxInner, spec.lowLatency});

  // Inner sample m holds host time (m - inner latency) * ratio and exists down.lookAhead() host samples after time m *
  // ratio. A host output needs inner samples up to up.lookAhead() beyond its own time. The smallest whole latency that
  // always has them:
  const int upAhead = Resampler(rate_, hostRate, kZeroCrossings).lookAhead();
  latency_ = static_cast<int>(std::ceil(down.lookAhead() + (upAhead + 1 + inner_.latency()) * ratio)) + 1;
  down_.assign(spec.channels, down);
  up_.assign(spec.channels, Resampler(rate_, hostRate, kZeroCrossings, latency_, inner_.latency()));
  for (Resampler& r : down_) r.prepare(spec.maxFrames);
  for (Resampler& r : up_) r.prepare(maxInner);
  innerAudio_.assign(spec.channels, std::vector<float>(maxInner));
}

void AtRate::reset() noexcept {
  for (Resampler& r : down_) r.reset();
  for (Resampler& r : up_) r.reset();
  inner_.reset();
}

void AtRate::process(Block b) noexcept {
  if (down_.empty()) return inner_.process(b);
  Block inner{{}, b.channels, 0};
  for (int c = 0; c < b.channels; ++c) {
    inner.data[c] = innerAudio_[c].data();
    inner.frames = down_[c].process(b[c], b.frames, inner[c]);
  }
  if (inner.frames > 0) inner_.process(inner);
  for (int c = 0; c < b.channels; ++c) up_[c].process(inner[c], inner.frames, b[c], b.frames);
}

}  // namespace rinse
