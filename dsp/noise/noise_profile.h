// A noise spectrum that was learned from a stretch without speech, in a form that does not depend on rate or frame: the
// power density at fixed frequencies. Not for following noise that changes (NoiseTracker).
#pragma once

#include <span>
#include <string>
#include <vector>

namespace rinse {

class NoiseProfile {
 public:
  static constexpr int kPoints = 128;  // on the ERB-rate scale from 0 to kTopHz: three in each auditory filter
  static constexpr double kTopHz = 24000.0;

  /// From mean periodograms power[bins] of a frame whose window has the energy `windowEnergy` (sum of squares).
  static NoiseProfile measure(std::span<const double> power, double binHz, double sampleRate, double windowEnergy);
  /// From stored values, dB re full scale^2 / Hz, one-sided; returns what was wrong, or nothing.
  static std::string check(std::span<const float> densityDb);
  explicit NoiseProfile(std::span<const float> densityDb) : densityDb_(densityDb.begin(), densityDb.end()) {}

  std::span<const float> densityDb() const { return densityDb_; }  // [kPoints]
  /// Writes the expected periodogram to power[bins]; above kTopHz the last value holds.
  void expand(std::span<float> power, double binHz, double sampleRate, double windowEnergy) const;

 private:
  std::vector<float> densityDb_;  // [kPoints]
};

}  // namespace rinse
