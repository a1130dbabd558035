#include "metrics/log_spectral_distance.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "blocks/fft.h"
#include "blocks/window.h"

namespace rinse {

namespace {

constexpr double kFrameSeconds = 2048.0 / 48000.0;
constexpr double kQuantisation =
    1.0 / (32768.0 * 32768.0 * 12.0);  // power of 16-bit rounding noise: what lies below is not heard

}  // namespace

double logSpectralDistance(std::span<const float> reference, std::span<const float> estimate, int rate, double lowHz,
                           double highHz) {
  const int frame = RealFft::fastSize(static_cast<int>(std::lround(kFrameSeconds * rate))), hop = frame / 4;
  const int low = static_cast<int>(std::ceil(lowHz * frame / rate)),
            high = std::min(static_cast<int>(highHz * frame / rate), frame / 2);
  const int n = static_cast<int>(std::min(reference.size(), estimate.size()));
  const auto silent = [n](std::span<const float> x) {
    return std::all_of(x.begin(), x.begin() + n, [](float v) { return v == 0.0f; });
  };
  if (n < frame || low >= high || silent(reference) || silent(estimate))
    return std::numeric_limits<double>::quiet_NaN();
  const RealFft fft(frame);
  const std::vector<float> w = hann(frame);
  std::vector<float> time(frame);
  std::vector<std::complex<float>> x(fft.bins()), y(fft.bins());
  double floor = 0.0;
  for (const float v : w) floor += kQuantisation * v * v;
  double sum = 0.0;
  int count = 0;
  for (int at = 0; at + frame <= n; at += hop, ++count) {
    const auto transform = [&](std::span<const float> from, std::vector<std::complex<float>>& to) {
      for (int i = 0; i < frame; ++i) time[i] = w[i] * from[at + i];
      fft.forward(time.data(), to.data());
    };
    transform(reference, x);
    transform(estimate, y);
    double squares = 0.0;
    for (int k = low; k <= high; ++k) {
      const double d = 10.0 * std::log10((std::norm(y[k]) + floor) / (std::norm(x[k]) + floor));
      squares += d * d;
    }
    sum += std::sqrt(squares / (high - low + 1));
  }
  return sum / count;
}

}  // namespace rinse
