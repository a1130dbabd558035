#include "effects/band_mask_effect.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {
constexpr float kNepersPerDb = 0.23026f;  // of a power ratio: ln(10) / 10
constexpr float kOfTwo = -2.0f;           // dB: the larger of two doubtful masks leans to what is wanted by so much

float withoutRest(float gain, float limit) {
  if (gain >= limit) return gain;
  const float share = gain / limit;
  return gain * share * share * share;
}
}  // namespace

BandMaskEffect::BandMaskEffect(std::span<const Param> params, nn::BandMask mask, std::optional<nn::BandMask> late)
    : SpectralEffect(params), mask_(std::move(mask)), late_(std::move(late)) {}

void BandMaskEffect::prepare(const SpectralSpec& spec) {
  mask_.prepare(spec.bins, spec.sampleRate / spec.fftSize);
  if (late_) late_->prepare(spec.bins, spec.sampleRate / spec.fftSize);
  pace_.prepare(nn::BandMask::kHopSeconds, spec.hopSeconds);
  power_.assign(spec.bins, 0.0f);
  gain_.assign(spec.bins, 1.0f);
  reset();
}

void BandMaskEffect::reset() noexcept {
  mask_.reset();
  if (late_) late_->reset();
  pace_.reset();
  reductionDb_ = 0.0f;
}

void BandMaskEffect::hear(const SpectralFrame& frame) noexcept {
  thinks_ = pace_.next();  // so does process(): it lags by whole thoughts
  if (thinks_ && late_) think(*late_, frame);
}

void BandMaskEffect::think(nn::BandMask& mask, const SpectralFrame& frame) noexcept {
  for (int k = 0; k < frame.bins; ++k) power_[k] = frame.power(k);
  mask.update(power_, kind(), kNepersPerDb * (get(kSensitivity) + (late_ ? kOfTwo : 0.0f)));
}

void BandMaskEffect::process(SpectralFrame frame) noexcept {
  if (thinks_) think(mask_, frame);
  const float limit = mostly(), floor = gainFromDb(get(kRange));
  float before = 0.0f, sure = 0.0f, after = 0.0f;
  for (int k = 0; k < frame.bins; ++k) {
    power_[k] = frame.power(k);
    const float now = mask_.gains()[k], other = late_ ? late_->gains()[k] : now, twice = other * other;
    gain_[k] = withoutRest(std::max(now, other), limit);
    before += power_[k];
    sure += power_[k] * twice * twice;
  }
  const float open = opening(sure);
  for (int k = 0; k < frame.bins; ++k) {
    const float gain = std::max(open * gain_[k], floor);
    after += power_[k] * gain * gain;
    for (int c = 0; c < frame.channels; ++c) frame.spectrum[c][k] *= gain;
  }
  reductionDb_ = before > 0.0f ? dbFromPower(after / before) : 0.0f;
}

}  // namespace rinse
