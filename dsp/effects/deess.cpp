#include "effects/deess.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -24.0f,
     .max = 0.0f,
     .defaultValue = -9.0f,
     .help = "How far sibilants are turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -24.0f},
    {.id = "frequency",
     .label = "Frequency",
     .unit = "Hz",
     .min = 2500.0f,
     .max = 10000.0f,
     .defaultValue = 5000.0f,
     .help = "Where sibilants begin: higher for high voices."},
    {.id = "threshold",
     .label = "Threshold",
     .unit = "dB",
     .min = -24.0f,
     .max = 12.0f,
     .defaultValue = -3.0f,
     .help = "How strong the band above is against the one below before it is turned down."},
};

constexpr double kLowHz = 150.0;         // rumble is no voice
constexpr double kTransitionHz = 500.0;  // in which the gain goes over
constexpr float kRatio = 0.75f;          // of what is too much
constexpr double kAttackSeconds = 0.003, kReleaseSeconds = 0.04;
constexpr double kFaintest = 1e-10;  // power over the window's energy: -100 dB full scale

}  // namespace

const std::span<const Param> Deess::kParams = kTable;

void Deess::process(SpectralFrame frame) noexcept {
  const double binHz = spec_.sampleRate / spec_.fftSize;
  const int low = static_cast<int>(kLowHz / binHz), edge = static_cast<int>(get(kFrequency) / binHz);
  if (edge + 1 >= frame.bins) return;  // nothing lies above
  double below = 0.0, above = 0.0;
  for (int c = 0; c < frame.channels; ++c) {
    for (int k = low; k < edge; ++k) below += std::norm(frame.spectrum[c][k]);
    for (int k = edge; k < frame.bins; ++k) above += std::norm(frame.spectrum[c][k]);
  }
  float wanted = 0.0f;
  if (above > kFaintest * spec_.windowEnergy * frame.bins)
    wanted = -kRatio * std::max(0.0f, static_cast<float>(dbFromPower(above / (below + 1e-20))) - get(kThreshold));
  wanted = std::max(wanted, get(kRange));
  const double seconds = wanted < gainDb_ ? kAttackSeconds : kReleaseSeconds;
  gainDb_ += static_cast<float>(1.0 - std::exp(-spec_.hopSeconds / seconds)) * (wanted - gainDb_);
  gainDb_ = std::max(gainDb_, get(kRange));
  if (gainDb_ > -1e-3f) return;
  const int transition = std::max(1, static_cast<int>(kTransitionHz / binHz));
  const float whole = gainFromDb(gainDb_);
  for (int k = std::max(0, edge - transition); k < frame.bins; ++k) {
    const float part = static_cast<float>(k - (edge - transition)) / static_cast<float>(transition);
    const float gain = k < edge ? gainFromDb(gainDb_ * part) : whole;
    for (int c = 0; c < frame.channels; ++c) frame.spectrum[c][k] *= gain;
  }
}

}  // namespace rinse
