// Musical noise, the isolated peaks that a suppressor leaves where there was only noise: how much more peaky that noise
// became. 0 is as natural as before; listeners notice from about 0.3 of the ratio on.
#pragma once

#include <span>

namespace rinse {

struct MusicalNoise {
  /// ln of the kurtosis of each bin's power over time, after over before, mean over bins (Uemura, Takahashi,
  /// Saruwatari, Shikano & Kondo 2008, "Automatic optimization scheme of spectral subtraction based on musical noise
  /// assessment via higher-order statistics", eqs. 2-8).
  double logKurtosisRatio;
  /// How much higher the largest cepstral peak above 1 ms has become, dB, mean over frames: lone spectral peaks ripple
  /// the log spectrum.
  double cepstralPeak;
};

/// Over the frames in which the noise (noisy - clean) lies at least 10 dB above the voice. All aligned, at `rate` Hz.
/// NaN where there are fewer than 20 such frames, or the estimate is silent in them.
MusicalNoise musicalNoise(std::span<const float> clean, std::span<const float> noisy, std::span<const float> estimate,
                          int rate);

}  // namespace rinse
