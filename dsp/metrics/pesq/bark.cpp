#include "metrics/pesq/bark.h"

#include <algorithm>
#include <cmath>

namespace rinse::pesq {

// clang-format off
const std::array<BarkBand, kBands> kBark{{
    {1, 0.078672, 0.157344, 100.000000, 51286152},
    {1, 0.316341, 0.317994, 99.999992, 2454709.5},
    {1, 0.636559, 0.322441, 100.000000, 70794.5938},
    {1, 0.961246, 0.326934, 100.000008, 4897.78857},
    {1, 1.29045, 0.331474, 100.000008, 1174.89771},
    {1, 1.62422, 0.336061, 100.000015, 389.045166},
    {1, 1.9626, 0.340697, 99.999992, 104.71286},
    {1, 2.30564, 0.345381, 99.999969, 45.70882},
    {2, 2.65338, 0.350114, 50.000027, 17.782795},
    {1, 3.00589, 0.354897, 100.000000, 9.772372},
    {1, 3.3632, 0.359729, 99.999969, 4.897789},
    {1, 3.72537, 0.364611, 100.000015, 3.090296},
    {1, 4.09245, 0.369544, 99.999947, 1.905461},
    {1, 4.46449, 0.374529, 100.000061, 1.258925},
    {2, 4.84153, 0.379565, 53.047077, 0.977237},
    {1, 5.22364, 0.384653, 110.000046, 0.724436},
    {1, 5.61087, 0.389794, 117.991989, 0.562341},
    {2, 6.00326, 0.394989, 65.000000, 0.457088},
    {2, 6.40087, 0.400236, 68.760147, 0.389045},
    {2, 6.80375, 0.405538, 69.999931, 0.331131},
    {2, 7.21197, 0.410894, 71.428818, 0.295121},
    {2, 7.62557, 0.416306, 75.000038, 0.269153},
    {2, 8.04461, 0.421773, 76.843384, 0.25704},
    {2, 8.46915, 0.427297, 80.968781, 0.251189},
    {2, 8.89923, 0.432877, 88.646126, 0.251189},
    {3, 9.33493, 0.438514, 63.864388, 0.251189},
    {3, 9.77629, 0.444209, 68.155350, 0.251189},
    {3, 10.2234, 0.449962, 72.547775, 0.263027},
    {3, 10.6762, 0.455774, 75.584831, 0.288403},
    {4, 11.135, 0.461645, 58.379192, 0.30903},
    {3, 11.5996, 0.467577, 80.950836, 0.338844},
    {4, 12.0701, 0.473569, 64.135651, 0.371535},
    {5, 12.5467, 0.479621, 54.384785, 0.398107},
    {4, 13.0294, 0.485736, 73.821884, 0.436516},
    {5, 13.5182, 0.491912, 64.437073, 0.467735},
    {6, 14.0133, 0.498151, 59.176456, 0.489779},
    {6, 14.5146, 0.504454, 65.521278, 0.501187},
    {7, 15.0222, 0.510819, 61.399822, 0.501187},
    {8, 15.5362, 0.517250, 58.144047, 0.512861},
    {9, 16.0567, 0.523745, 57.004543, 0.524807},
    {9, 16.5838, 0.530308, 64.126297, 0.524807},
    {12, 17.1174, 0.536934, 54.311001, 0.524807},
    {12, 17.6577, 0.543629, 61.114979, 0.512861},
    {15, 18.2047, 0.550390, 55.077751, 0.47863},
    {16, 18.7585, 0.557220, 56.849335, 0.42658},
    {18, 19.3191, 0.564119, 55.628868, 0.371535},
    {21, 19.8868, 0.571085, 53.137054, 0.363078},
    {25, 20.4614, 0.578125, 54.985844, 0.416869},
    {20, 21.043, 0.585232, 79.546974, 0.537032},
}};
// clang-format on

LoudnessLaw loudnessLaw(const BarkBand& band) {
  constexpr double kZwickerPower = 0.23, kLoudnessScale = 0.1866055;  // power 1e4 at 1 kHz gives 1 sone
  // Raised below 4 Bark to account for the recruitment effect.
  const double raised = band.centreBark < 4.0 ? std::min(6.0 / (band.centreBark + 2.0), 2.0) : 1.0;
  const double exponent = kZwickerPower * std::pow(raised, 0.15);
  return {exponent, kLoudnessScale * std::pow(band.hearingThreshold / 0.5, exponent)};
}

BarkFrame barkPower(std::span<const float> power) {
  BarkFrame bands;
  size_t k = 0;
  for (int b = 0; b < kBands; ++b) {
    double sum = 0.0;
    for (int i = 0; i < kBark[b].bins; ++i) sum += power[k++];
    bands[b] = static_cast<float>(sum * kBark[b].density * kPowerScale);
  }
  return bands;
}

BarkFrame loudness(const BarkFrame& power) {
  static const auto laws = [] {
    std::array<LoudnessLaw, kBands> all{};
    for (int b = 0; b < kBands; ++b) all[b] = loudnessLaw(kBark[b]);
    return all;
  }();
  BarkFrame sone;
  for (int b = 0; b < kBands; ++b) {
    const double threshold = kBark[b].hearingThreshold;
    const double rise = std::pow(0.5 + 0.5 * power[b] / threshold, laws[b].exponent) - 1.0;
    sone[b] = power[b] > threshold ? static_cast<float>(laws[b].scale * rise) : 0.0f;
  }
  return sone;
}

double audiblePower(const BarkFrame& power, double factor) {
  double sum = 0.0;
  for (int b = 1; b < kBands; ++b) sum += power[b] > factor * kBark[b].hearingThreshold ? power[b] : 0.0;
  return sum;
}

}  // namespace rinse::pesq
