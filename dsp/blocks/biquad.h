// One second-order section of a recursive filter, transposed direct form II. Not for coefficients that change while it
// runs.
#pragma once

namespace rinse {

/// H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2), in double: low corner frequencies need it.
struct Biquad {
  double b0 = 1.0, b1 = 0.0, b2 = 0.0, a1 = 0.0, a2 = 0.0;
  double s1 = 0.0, s2 = 0.0;  // state

  double process(double x) noexcept {
    const double y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    return y;
  }
  void reset() noexcept { s1 = s2 = 0.0; }
};

}  // namespace rinse
