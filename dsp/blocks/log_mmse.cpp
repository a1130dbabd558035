#include "blocks/log_mmse.h"

#include <cmath>

namespace rinse {

double logMmseGain(double xi, double gamma) {
  const double wiener = xi / (1.0 + xi), v = gamma * wiener;
  double integral = 0.0;  // E1(v): series of Abramowitz & Stegun 5.1.11, continued fraction 5.1.22
  if (v <= 1.0) {
    double term = 1.0;
    integral = -0.57721566490153286 - std::log(v);
    for (int k = 1; k < 40; ++k) {
      term *= -v / k;
      integral -= term / k;
    }
  } else {
    double fraction = 0.0;
    for (int k = 60; k >= 1; --k) fraction = k / (1.0 + k / (v + fraction));
    integral = std::exp(-v) / (v + fraction);
  }
  return wiener * std::exp(0.5 * integral);
}

}  // namespace rinse
