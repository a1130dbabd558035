// Second-order filters by what a mixing desk calls them (Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter
// coefficients", 2005). Corner frequencies are held below 0.49 of the rate.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "blocks/biquad.h"

namespace rinse {

namespace equalizer {

inline constexpr double kButterworth = std::numbers::sqrt2 / 2.0;

struct Corner {
  double cos, alpha;
  Corner(double rate, double hz, double q) {
    const double w = 2.0 * std::numbers::pi * std::min(hz, 0.49 * rate) / rate;
    cos = std::cos(w);
    alpha = std::sin(w) / (2.0 * q);
  }
};

inline Biquad over(double a0, double b0, double b1, double b2, double a1, double a2) {
  return {b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0};
}

inline Biquad highPass(double rate, double hz, double q = kButterworth) {
  const Corner c(rate, hz, q);
  const double b = (1.0 + c.cos) / 2.0;
  return over(1.0 + c.alpha, b, -2.0 * b, b, -2.0 * c.cos, 1.0 - c.alpha);
}

inline Biquad lowPass(double rate, double hz, double q = kButterworth) {
  const Corner c(rate, hz, q);
  const double b = (1.0 - c.cos) / 2.0;
  return over(1.0 + c.alpha, b, 2.0 * b, b, -2.0 * c.cos, 1.0 - c.alpha);
}

inline Biquad peak(double rate, double hz, double q, double gainDb) {
  const Corner c(rate, hz, q);
  const double a = std::pow(10.0, gainDb / 40.0);
  return over(1.0 + c.alpha / a, 1.0 + c.alpha * a, -2.0 * c.cos, 1.0 - c.alpha * a, -2.0 * c.cos, 1.0 - c.alpha / a);
}

/// Slope 1: as steep as it can be without a bump.
inline Biquad lowShelf(double rate, double hz, double gainDb) {
  const Corner c(rate, hz, kButterworth);
  const double a = std::pow(10.0, gainDb / 40.0), s = 2.0 * std::sqrt(a) * c.alpha, p = a + 1.0, m = a - 1.0;
  return over(p + m * c.cos + s, a * (p - m * c.cos + s), 2.0 * a * (m - p * c.cos), a * (p - m * c.cos - s),
              -2.0 * (m + p * c.cos), p + m * c.cos - s);
}

inline Biquad highShelf(double rate, double hz, double gainDb) {
  const Corner c(rate, hz, kButterworth);
  const double a = std::pow(10.0, gainDb / 40.0), s = 2.0 * std::sqrt(a) * c.alpha, p = a + 1.0, m = a - 1.0;
  return over(p - m * c.cos + s, a * (p + m * c.cos + s), -2.0 * a * (m + p * c.cos), a * (p + m * c.cos - s),
              2.0 * (m - p * c.cos), p - m * c.cos - s);
}

}  // namespace equalizer

}  // namespace rinse
