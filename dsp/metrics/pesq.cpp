#include "metrics/pesq.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "metrics/pesq/bark.h"
#include "metrics/pesq/input.h"
#include "metrics/pesq/perceptual_model.h"
#include "metrics/pesq/time_alignment.h"

namespace rinse {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// P.862's score before any mapping.
double raw(std::span<const float> reference, std::span<const float> degraded, pesq::Band band) {
  pesq::Padded x(reference), y(degraded);
  const int longest = std::max(x.length, y.length);
  if (std::min(x.length, y.length) < pesq::kRate / 4 || !pesq::setLevel(x, longest) || !pesq::setLevel(y, longest))
    return kNone;
  pesq::listen(x, band);
  pesq::listen(y, band);
  const auto utterances = pesq::alignUtterances(pesq::forAlignment(x), pesq::forAlignment(y));
  if (utterances.empty()) return kNone;
  const auto [symmetric, asymmetric] = pesq::compare(x, y, utterances);
  return 4.5 - 0.1 * symmetric - 0.0309 * asymmetric;  // P.862, section 10.2.13
}

double mapped(double score, double slope, double offset) {
  return 0.999 + 4.0 / (1.0 + std::exp(slope * score + offset));
}

}  // namespace

double narrowBandPesq(std::span<const float> reference, std::span<const float> degraded) {
  return raw(reference, degraded, pesq::Band::narrow);
}

double narrowBandOpinion(double score) { return mapped(score, -1.4945, 4.6607); }  // P.862.1, eq. 1

double wideBandPesq(std::span<const float> reference, std::span<const float> degraded) {
  return mapped(raw(reference, degraded, pesq::Band::wide), -1.3669, 3.8224);  // P.862.2, eq. 1
}

}  // namespace rinse
