#include "noise/noise_profile.h"

#include <algorithm>
#include <cmath>

#include "blocks/erb.h"

namespace rinse {

namespace {

constexpr float kLeastDb = -250.0f, kMostDb = 120.0f;

double hzOfPoint(int i) { return hzOfErbRate(erbRate(NoiseProfile::kTopHz) * i / (NoiseProfile::kPoints - 1)); }
double pointOfHz(double hz) { return erbRate(hz) / erbRate(NoiseProfile::kTopHz) * (NoiseProfile::kPoints - 1); }

}  // namespace

NoiseProfile NoiseProfile::measure(std::span<const double> power, double binHz, double sampleRate,
                                   double windowEnergy) {
  std::vector<float> db(kPoints);
  const int last = static_cast<int>(power.size()) - 1;
  for (int i = 0; i < kPoints; ++i) {
    // The mean over the half-way points to the neighbours, or the value between two bins where the points lie closer
    // than the bins.
    const double low = i > 0 ? 0.5 * (hzOfPoint(i - 1) + hzOfPoint(i)) : 0.0;
    const double high = i + 1 < kPoints ? 0.5 * (hzOfPoint(i) + hzOfPoint(i + 1)) : kTopHz;
    const int from = std::min(last, static_cast<int>(std::ceil(low / binHz))),
              to = std::min(last, static_cast<int>(high / binHz));
    double mean = 0.0;
    if (to > from) {
      for (int k = from; k <= to; ++k) mean += power[k] / (to - from + 1);
    } else {
      const double at = std::min<double>(last, hzOfPoint(i) / binHz);
      const int k = std::min(last - 1, static_cast<int>(at));
      mean = power[k] + (at - k) * (power[k + 1] - power[k]);
    }
    db[i] = std::max(kLeastDb, static_cast<float>(10.0 * std::log10(2.0 * mean / (sampleRate * windowEnergy) + 1e-30)));
  }
  return NoiseProfile(db);
}

std::string NoiseProfile::check(std::span<const float> densityDb) {
  if (densityDb.size() != kPoints) {
    return "a noise profile has " + std::to_string(kPoints) + " values, this one has " +
           std::to_string(densityDb.size());
  }
  for (float db : densityDb) {
    if (!(db >= kLeastDb && db <= kMostDb))
      return "a noise profile holds decibels between -250 and 120, this one does not";
  }
  return {};
}

void NoiseProfile::expand(std::span<float> power, double binHz, double sampleRate, double windowEnergy) const {
  for (size_t k = 0; k < power.size(); ++k) {
    const double at = std::min<double>(kPoints - 1, pointOfHz(k * binHz));
    const int i = std::min(kPoints - 2, static_cast<int>(at));
    const double db = densityDb_[i] + (at - i) * (densityDb_[i + 1] - densityDb_[i]);
    power[k] = static_cast<float>(std::pow(10.0, db / 10.0) * sampleRate * windowEnergy / 2.0);
  }
}

}  // namespace rinse
