// Mixes a processed block with its delay-aligned dry self, and glides between mixes without a click: dry/wet and bypass
// in one. Not for effects that share a transform: Spectral mixes their spectra, which are aligned already.
#pragma once

#include <array>
#include <vector>

#include "blocks/delay.h"
#include "blocks/ramp.h"
#include "core/block.h"
#include "core/processor.h"

namespace rinse {

class DryWet {
 public:
  /// `latency`: samples by which the wet path lags.
  void prepare(const Spec& spec, int latency) {
    dry_.assign(spec.channels, std::vector<float>(spec.maxFrames));
    delay_.assign(spec.channels, Delay(latency));
    gains_.resize(spec.maxFrames);
    wet_.prepare(target_, static_cast<int>(kGlideSeconds * spec.sampleRate));
  }
  void reset() noexcept {
    for (Delay& d : delay_) d.reset();
    wet_.jump();
  }
  /// 1: only wet, 0: only dry.
  void target(float wet) noexcept { wet_.target(target_ = wet); }

  /// Before processing: keeps the dry signal.
  void capture(Block b) noexcept {
    for (int c = 0; c < b.channels; ++c) delay_[c].process(b[c], dry_[c].data(), b.frames);
  }
  /// After processing: b = dry + wet * (b - dry), exact at both ends.
  void mix(Block b) noexcept {
    if (wet_.settledAt(1.0f)) return;
    for (int i = 0; i < b.frames; ++i) gains_[i] = wet_.next();
    for (int c = 0; c < b.channels; ++c) {
      const float* dry = dry_[c].data();
      for (int i = 0; i < b.frames; ++i)
        b[c][i] = gains_[i] >= 1.0f ? b[c][i] : dry[i] + gains_[i] * (b[c][i] - dry[i]);
    }
  }

 private:
  static constexpr double kGlideSeconds =
      0.02;  // a full swing; one house frame, so bypass glides like a gain change does
  std::vector<std::vector<float>> dry_;
  std::vector<Delay> delay_;
  std::vector<float> gains_;
  Ramp wet_;
  float target_ = 1.0f;
};

}  // namespace rinse
