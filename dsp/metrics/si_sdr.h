// Scale-invariant signal-to-distortion ratio (Le Roux, Wisdom, Erdogan & Hershey 2019, "SDR – half-baked or well
// done?", eqs. 2-3). Says nothing about level, and little about what an ear minds.
#pragma once

#include <span>

namespace rinse {

/// dB; reference and estimate of the same length and rate, aligned. Means are removed first. +-100 dB at most; NaN for
/// silence.
double siSdr(std::span<const float> reference, std::span<const float> estimate);

}  // namespace rinse
