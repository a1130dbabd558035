#include "core/framed.h"

#include <algorithm>

namespace rinse {

void Framed::prepare(const Spec& spec) {
  buffer_.assign(spec.channels, std::vector<float>(frame_));
  filled_ = 0;
  inner_.prepare({spec.sampleRate, spec.channels, frame_, spec.lowLatency});
}

void Framed::reset() noexcept {
  for (auto& channel : buffer_) std::fill(channel.begin(), channel.end(), 0.0f);
  filled_ = 0;
  inner_.reset();
}

void Framed::process(Block b) noexcept {
  for (int from = 0; from < b.frames;) {
    const int count = std::min(frame_ - filled_, b.frames - from);
    for (int c = 0; c < b.channels; ++c)
      std::swap_ranges(b[c] + from, b[c] + from + count, buffer_[c].begin() + filled_);
    from += count;
    filled_ += count;
    if (filled_ < frame_) return;
    Block whole{{}, b.channels, frame_};
    for (int c = 0; c < b.channels; ++c) whole.data[c] = buffer_[c].data();
    inner_.process(whole);
    filled_ = 0;
  }
}

}  // namespace rinse
