#include "blocks/correlation.h"

#include <algorithm>
#include <complex>

#include "blocks/fft.h"

namespace rinse {

std::vector<float> crossCorrelation(std::span<const float> a, std::span<const float> b) {
  if (a.empty() || b.empty()) return {};
  const size_t lags = a.size() + b.size() - 1;
  const RealFft fft(RealFft::fastSize(static_cast<int>(lags)));
  std::vector<float> time(fft.size(), 0.0f);
  std::vector<std::complex<float>> x(fft.bins()), y(fft.bins());
  std::reverse_copy(a.begin(), a.end(), time.begin());  // correlation is convolution with the mirrored signal
  fft.forward(time.data(), x.data());
  std::fill(time.begin(), time.end(), 0.0f);
  std::copy(b.begin(), b.end(), time.begin());
  fft.forward(time.data(), y.data());
  for (int k = 0; k < fft.bins(); ++k) x[k] *= y[k] / static_cast<float>(fft.size());
  fft.inverse(x.data(), time.data());
  time.resize(lags);
  return time;
}

float periodicity(std::span<const float> r, std::span<const float> ofWindow, int shortest, int longest) noexcept {
  if (!(r[0] > 0.0f)) return 0.0f;
  float best = 0.0f;
  for (int lag = shortest; lag <= longest; ++lag)
    if (r[lag] > r[lag - 1] && r[lag] > r[lag + 1]) best = std::max(best, r[lag] / ofWindow[lag]);
  return std::min(best * ofWindow[0] / r[0], 1.0f);
}

}  // namespace rinse
