#include "effects/deplosive.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -40.0f,
     .max = 0.0f,
     .defaultValue = -24.0f,
     .help = "How far a pop is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -40.0f},
    {.id = "frequency",
     .label = "Frequency",
     .unit = "Hz",
     .min = 60.0f,
     .max = 300.0f,
     .defaultValue = 150.0f,
     .help = "Up to where pops reach; the voice above is left alone."},
    {.id = "threshold",
     .label = "Threshold",
     .unit = "dB",
     .min = 3.0f,
     .max = 24.0f,
     .defaultValue = 9.0f,
     .help = "How far the low end must rise above what it was, and above the voice, to be a pop."},
};

constexpr double kUsualSeconds = 0.4, kReleaseSeconds = 0.03;
constexpr double kVoiceTopHz = 1000.0;
constexpr double kTransitionHz = 60.0;
constexpr double kFaintest = 1e-9;  // power over the window's energy: -90 dB full scale

}  // namespace

const std::span<const Param> Deplosive::kParams = kTable;

void Deplosive::reset() noexcept {
  usual_ = 0.0;
  frames_ = 0;
  gainDb_ = 0.0f;
}

void Deplosive::process(SpectralFrame frame) noexcept {
  const double binHz = spec_.sampleRate / spec_.fftSize;
  const int edge = std::clamp(static_cast<int>(std::lround(get(kFrequency) / binHz)), 1, frame.bins - 1);
  const int top = std::clamp(static_cast<int>(kVoiceTopHz / binHz), edge, frame.bins);
  double low = 0.0, voice = 0.0;
  for (int c = 0; c < frame.channels; ++c) {
    for (int k = 0; k <= edge; ++k) low += std::norm(frame.spectrum[c][k]);
    for (int k = edge + 1; k < top; ++k) voice += std::norm(frame.spectrum[c][k]);
  }
  // A pop stands out against the low end of the last moments and against the voice above it.
  const double least = kFaintest * spec_.windowEnergy * frame.channels;
  const double expected = std::max({usual_, voice, least});
  const float excess = static_cast<float>(dbFromPower(low / expected)) - get(kThreshold);
  const float wanted = frames_ > 0 && excess > 0.0f ? std::max(-(excess + get(kThreshold)), get(kRange)) : 0.0f;
  gainDb_ = wanted < gainDb_ ? wanted
                             : gainDb_ + static_cast<float>(1.0 - std::exp(-spec_.hopSeconds / kReleaseSeconds)) *
                                             (wanted - gainDb_);
  gainDb_ = std::max(gainDb_, get(kRange));
  // What is usual is learned slowly, and from a pop not at all.
  const double weight = std::max(1.0 / ++frames_, 1.0 - std::exp(-spec_.hopSeconds / kUsualSeconds));
  usual_ += weight * ((wanted < 0.0f ? std::min(low, 2.0 * usual_) : low) - usual_);
  if (gainDb_ > -1e-3f) return;
  const int transition = std::max(1, static_cast<int>(kTransitionHz / binHz));
  for (int k = 0; k <= std::min(edge + transition, frame.bins - 1); ++k) {
    const float part = k <= edge ? 1.0f : 1.0f - static_cast<float>(k - edge) / static_cast<float>(transition + 1);
    const float gain = gainFromDb(gainDb_ * part);
    for (int c = 0; c < frame.channels; ++c) frame.spectrum[c][k] *= gain;
  }
}

}  // namespace rinse
