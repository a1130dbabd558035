// Decibels at the edge: conversions between dB and linear gain or power. Not for inner loops.
#pragma once

#include <cmath>

namespace rinse {

inline float gainFromDb(float db) { return std::pow(10.0f, db / 20.0f); }
inline float powerFromDb(float db) { return std::pow(10.0f, db / 10.0f); }
/// dB of a power ratio, bounded below at -200 dB.
inline float dbFromPower(double power) { return static_cast<float>(10.0 * std::log10(power > 1e-20 ? power : 1e-20)); }

}  // namespace rinse
