// The ear's own frequency scale, in equivalent rectangular bandwidths (Glasberg & Moore 1990, "Derivation of auditory
// filter shapes from notched-noise data", Hearing Research 47, eq. 4).
#pragma once

#include <cmath>

namespace rinse {

inline double erbRate(double hz) { return 21.4 * std::log10(1.0 + 0.00437 * hz); }
inline double hzOfErbRate(double erb) { return (std::pow(10.0, erb / 21.4) - 1.0) / 0.00437; }

}  // namespace rinse
