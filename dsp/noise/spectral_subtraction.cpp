#include "noise/spectral_subtraction.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"
#include "blocks/f32x4.h"

namespace rinse {

namespace {

// Berouti 1979, fig. 2: alpha falls in a line from -5 dB on and reaches 1 at 20 dB.
constexpr float kLeastSnrDb = -5.0f, kMostSnrDb = 20.0f, kLeastAlpha = 1.0f;

}  // namespace

void SpectralSubtraction::prepare(int bins, double binHz, double) {
  // Thirds of octaves to base ten around 1 kHz (IEC 61260-1, 5.2 to 5.4); those without a bin join the next one.
  edges_ = {0};
  for (int n = -20; edges_.back() < bins; ++n) {
    const double upper = 1000.0 * std::pow(10.0, (n + 0.5) / 10.0);
    const int edge = std::min(bins, static_cast<int>(std::ceil(upper / binHz)));
    if (edge > edges_.back()) edges_.push_back(edge);
  }
  alpha_.assign(roundUp4(bins), 1.0f);
}

void SpectralSubtraction::adapt(const NoisySpectrum& y) noexcept {
  for (size_t b = 0; b + 1 < edges_.size(); ++b) {
    float power = 0.0f, noise = 0.0f;
    for (int k = edges_[b]; k < edges_[b + 1]; ++k) power += y.power[k], noise += y.noise[k];
    const auto snr = std::clamp(static_cast<float>(dbFromPower(power / noise)), kLeastSnrDb, kMostSnrDb);
    const float alpha = overSubtraction - snr / kMostSnrDb * (overSubtraction - kLeastAlpha);
    std::fill(alpha_.begin() + edges_[b], alpha_.begin() + edges_[b + 1], alpha);
  }
}

void SpectralSubtraction::gains(const NoisySpectrum& y, std::span<float> gain) noexcept {
  if (adaptive)
    adapt(y);
  else
    std::fill(alpha_.begin(), alpha_.end(), overSubtraction);
  const float exponent = amplitudes ? 1.0f : 2.0f;
  for (size_t k = 0; k < gain.size(); k += 4) {
    const f32x4 logRatio = log2_4(load4(&y.noise[k]) / load4(&y.power[k]));  // of 1 / gamma
    const f32x4 left = max4(1.0f - load4(&alpha_[k]) * exp2_4(0.5f * exponent * logRatio), splat(1e-12f));
    const f32x4 g = exp2_4(log2_4(left) * (1.0f / exponent));
    const f32x4 filled = y.floor * exp2_4(0.5f * logRatio);  // b |N| / |Y|: fills the valleys between the peaks
    store4(&gain[k], clamp4(max4(g, filled), y.floor, 1.0f));
  }
}

}  // namespace rinse
