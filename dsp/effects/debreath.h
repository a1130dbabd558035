// Turns breaths down: sound without a pitch that lasts an eighth of a second and more, softer than the voice, broad
// (Ruinskiy & Lavner 2007, "An effective algorithm for automatic detection and exact demarcation of breath sounds in
// speech and song signals", IEEE TASLP 15(3), with rules on their features in place of their templates: duration, zero
// pitch, level and slope of the spectrum). Hisses of speech are brighter, pauses are softer. Not live: it waits to see
// how long a sound lasts.
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "blocks/delay.h"
#include "blocks/fft.h"
#include "core/effect.h"

namespace rinse {

class Debreath : public TimeEffect {
 public:
  enum Id { kRange, kSensitivity };
  static const std::span<const Param> kParams;

  Debreath() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return kWait * hop_; }
  float reductionDb() const noexcept override { return gainDb_; }

 private:
  static constexpr int kWait = 40;  // hops of 10 ms

  void frame() noexcept;
  bool breathes() noexcept;
  float pitched() noexcept;

  Spec spec_{};
  std::optional<RealFft> fft_;  // made in prepare(); of 40 ms, and room for as long a correlation
  int hop_ = 1, frameSize_ = 1, filled_ = 0;
  std::vector<float> window_, time_, recent_, windowCorrelation_, power_;
  std::vector<std::complex<float>> spectrum_;
  std::vector<Delay> delayed_;  // [channels]
  std::vector<char> isBreath_;  // [kWait] a ring of hops: what leaves next is the oldest
  long hops_ = 0;
  int lasts_ = 0;       // hops for which it has looked like a breath
  int misses_ = 0;      // hops since it last did
  float pitch_ = 0.0f;  // strength of the pitch, 0 … 1, smoothed
  float voiceDb_ = -60.0f, floorDb_ = 0.0f;
  float gainDb_ = 0.0f, target_ = 0.0f;
};

}  // namespace rinse
