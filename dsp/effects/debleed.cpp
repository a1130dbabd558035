#include "effects/debleed.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const char* const kDrumNames[] = {"snare", "kick", "toms"};

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -80.0f,
     .max = 0.0f,
     .defaultValue = -60.0f,
     .help = "How far bleed is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -80.0f},
    {.id = "drum",
     .label = "Drum",
     .unit = "",
     .min = 0.0f,
     .max = 2.0f,
     .defaultValue = 0.0f,
     .help = "Which drum the microphone stands at.",
     .choices = kDrumNames},
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "dB",
     .min = -12.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "In doubt: higher keeps more soft hits and more of the tail, lower takes more bleed away."},
};

constexpr float kNepersPerDb = 0.23026f;  // of a power ratio: ln(10) / 10

}  // namespace

const std::span<const Param> Debleed::kParams = kTable;

void Debleed::prepare(const SpectralSpec& spec) {
  mask_.prepare(spec.bins, spec.sampleRate / spec.fftSize);
  framesPerThought_ = std::max(1, static_cast<int>(std::lround(DrumMask::kHopSeconds / spec.hopSeconds)));
  power_.assign(spec.bins, 0.0f);
  reset();
}

void Debleed::reset() noexcept {
  mask_.reset();
  untilThought_ = 0;
  reductionDb_ = 0.0f;
}

void Debleed::process(SpectralFrame frame) noexcept {
  const float share = 1.0f / static_cast<float>(frame.channels);
  for (int k = 0; k < frame.bins; ++k) {
    float sum = 0.0f;
    for (int c = 0; c < frame.channels; ++c) sum += std::norm(frame.spectrum[c][k]);
    power_[k] = sum * share;
  }
  if (untilThought_ == 0) mask_.update(power_, static_cast<int>(get(kDrum)), kNepersPerDb * get(kSensitivity));
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
