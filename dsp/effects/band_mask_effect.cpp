#include "effects/band_mask_effect.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {
constexpr float kNepersPerDb = 0.23026f;  // of a power ratio: ln(10) / 10
}

void BandMaskEffect::prepare(const SpectralSpec& spec) {
  mask_.prepare(spec.bins, spec.sampleRate / spec.fftSize);
  framesPerThought_ = std::max(1, static_cast<int>(std::lround(nn::BandMask::kHopSeconds / spec.hopSeconds)));
  power_.assign(spec.bins, 0.0f);
  reset();
}

void BandMaskEffect::reset() noexcept {
  mask_.reset();
  untilThought_ = 0;
  reductionDb_ = 0.0f;
}

void BandMaskEffect::process(SpectralFrame frame) noexcept {
  for (int k = 0; k < frame.bins; ++k) power_[k] = frame.power(k);
  if (untilThought_ == 0) mask_.update(power_, kind(), kNepersPerDb * get(kSensitivity));
  untilThought_ = (untilThought_ + 1) % framesPerThought_;
  const float floor = gainFromDb(get(kRange));
  float before = 0.0f, after = 0.0f;
  for (int k = 0; k < frame.bins; ++k) {
    const float gain = std::max(mask_.gains()[k], floor);
    before += power_[k];
    after += power_[k] * gain * gain;
    for (int c = 0; c < frame.channels; ++c) frame.spectrum[c][k] *= gain;
  }
  reductionDb_ = before > 0.0f ? dbFromPower(after / before) : 0.0f;
}

}  // namespace rinse
