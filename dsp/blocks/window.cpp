#include "blocks/window.h"

#include <cmath>
#include <numbers>

namespace rinse {

namespace {

/// Sample n of the periodic Hann window of even length `size`.
double hannAt(int n, int size) { return 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * n / size); }

}  // namespace

WindowPair squareRootHann(int hop) { return asymmetricHann(2 * hop, hop); }

WindowPair asymmetricHann(int frame, int hop) {
  WindowPair pair{std::vector<float>(frame), std::vector<float>(frame, 0.0f), hop};
  const int rise = frame - hop;
  for (int n = 0; n < frame; ++n) {
    const double analysis = std::sqrt(n < rise ? hannAt(n, 2 * rise) : hannAt(n - (frame - 2 * hop), 2 * hop));
    const int m = n - (frame - 2 * hop);  // place in the product, a Hann window of 2 * hop samples
    pair.analysis[n] = static_cast<float>(analysis);
    if (m > 0) pair.synthesis[n] = static_cast<float>(hannAt(m, 2 * hop) / analysis);
  }
  return pair;
}

std::vector<float> hann(int frame) {
  std::vector<float> w(frame);
  for (int n = 0; n < frame; ++n) w[n] = static_cast<float>(hannAt(n, frame));
  return w;
}

std::vector<float> hannInside(int frame) {
  std::vector<float> w(frame);
  for (int n = 0; n < frame; ++n) w[n] = static_cast<float>(hannAt(n + 1, frame + 1));
  return w;
}

}  // namespace rinse
