// Two effects that tests of the adapters look through: one for each kind.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "blocks/delay.h"
#include "core/chain.h"
#include "core/effect.h"

namespace rinse::test {

/// Counts its frames, leaves the spectra alone or multiplies them.
class Probe : public SpectralEffect {
 public:
  explicit Probe(float gain = 1.0f) : SpectralEffect({}), gain_(gain) {}
  void prepare(const SpectralSpec& s) override { spec = s; }
  void process(SpectralFrame f) noexcept override {
    ++frames;
    for (int c = 0; c < f.channels; ++c) {
      for (int k = 0; k < f.bins; ++k) f.spectrum[c][k] *= gain_;
    }
  }
  void reset() noexcept override { frames = 0; }
  SpectralSpec spec{};
  int frames = 0;

 private:
  float gain_;
};

/// Delays by `delay` samples at the rate it asks for; notes rate and block sizes.
class Lag : public TimeEffect {
 public:
  Lag(int delay, int rate, int frame) : TimeEffect({}), delay_(delay), rate_(rate), frame_(frame) {}
  int requiredRate() const override { return rate_; }
  int requiredFrame() const override { return frame_; }
  void prepare(const Spec& s) override { spec = s, lines_.assign(s.channels, Delay(delay_)); }
  void process(Block b) noexcept override {
    sizesOk = sizesOk && (frame_ == 0 || b.frames == frame_) && b.frames <= spec.maxFrames;
    for (int c = 0; c < b.channels; ++c) lines_[c].process(b[c], b[c], b.frames);
  }
  void reset() noexcept override {
    for (Delay& d : lines_) d.reset();
  }
  int latency() const noexcept override { return delay_; }
  Spec spec{};
  bool sizesOk = true;

 private:
  int delay_, rate_, frame_;
  std::vector<Delay> lines_;
};

/// An effect for a chain, and a look at it.
template <class E, class... A>
std::pair<EffectPtr, E*> make(A... args) {
  auto owned = std::make_unique<E>(args...);
  E* raw = owned.get();
  if constexpr (std::is_base_of_v<TimeEffect, E>)
    return {EffectPtr(std::unique_ptr<TimeEffect>(std::move(owned))), raw};
  else
    return {EffectPtr(std::unique_ptr<SpectralEffect>(std::move(owned))), raw};
}

}  // namespace rinse::test
