// Signal-to-noise ratio over the whole signal, and in short segments (Hansen & Pellom 1998; Loizou 2013, "Speech
// Enhancement", section 11.1.1). Unlike SI-SDR, a wrong level counts as noise.
#pragma once

#include <span>

namespace rinse {

/// dB; aligned, of the same rate. +-100 dB at most; NaN for a silent reference.
double snr(std::span<const float> reference, std::span<const float> estimate);

/// Mean over segments of 30 ms, a quarter of that apart, each limited to -10 … 35 dB. NaN without a segment or for a
/// silent reference.
double segmentalSnr(std::span<const float> reference, std::span<const float> estimate, int rate);

}  // namespace rinse
