// Log-spectral distance (Gray & Markel 1976; Rabiner & Juang 1993, eq. 4.22): how far two spectra lie apart, in dB.
// Treble that was deleted shows here and hardly anywhere else.
#pragma once

#include <span>

namespace rinse {

/// Mean over frames of the root mean square over the bins between `lowHz` and `highHz`, dB. Aligned, at `rate` Hz. NaN
/// where the signals are shorter than a frame, silent, or have no such band.
double logSpectralDistance(std::span<const float> reference, std::span<const float> estimate, int rate, double lowHz,
                           double highHz);

}  // namespace rinse
