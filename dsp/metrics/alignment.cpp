#include "metrics/alignment.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "blocks/fft.h"

namespace rinse {

namespace {

constexpr double kMostLagSeconds = 0.2;
constexpr double kLongest = 20.0;        // seconds compared: the loudest ones of the reference
constexpr double kStandsOut = 8.0;       // times the root mean square of the response
constexpr double kRegularisation = 1.0;  // of the reference's mean power spectrum

/// The first sample of the loudest stretch of `length`, in steps of a second.
size_t loudestStretch(const std::vector<std::span<const float>>& x, size_t length, int rate) {
  const size_t n = x[0].size();
  if (n <= length) return 0;
  std::vector<double> energy(n / rate + 2, 0.0);  // up to second i
  for (const auto& channel : x) {
    for (size_t i = 0; i < n; ++i) energy[i / rate + 1] += static_cast<double>(channel[i]) * channel[i];
  }
  for (size_t s = 1; s < energy.size(); ++s) energy[s] += energy[s - 1];
  const size_t span = length / rate;
  size_t best = 0;
  for (size_t s = 0; s + span < energy.size() - 1; ++s) {
    if (energy[s + span] - energy[s] > energy[best + span] - energy[best]) best = s;
  }
  return best * rate;
}

}  // namespace

int findLag(const std::vector<std::span<const float>>& reference, const std::vector<std::span<const float>>& estimate,
            int rate) {
  const size_t shorter = std::min(reference[0].size(), estimate[0].size());
  const size_t length = std::min(shorter, static_cast<size_t>(kLongest * rate));
  const size_t from = std::min(loudestStretch(reference, length, rate), shorter - length);
  const int most = static_cast<int>(std::min(kMostLagSeconds * rate, static_cast<double>(length) / 2.0));
  if (most < 1) return 0;

  // The impulse response from reference to estimate, by spectral division (regularised least squares).
  const RealFft fft(RealFft::fastSize(static_cast<int>(length) + 2 * most));
  std::vector<float> time(fft.size());
  std::vector<std::complex<float>> x(fft.bins()), y(fft.bins());
  std::vector<std::complex<double>> cross(fft.bins());
  std::vector<double> power(fft.bins(), 0.0);
  for (size_t c = 0; c < reference.size(); ++c) {
    const auto transform = [&](std::span<const float> signal, std::vector<std::complex<float>>& spectrum) {
      std::fill(time.begin(), time.end(), 0.0f);
      std::copy_n(signal.begin() + static_cast<std::ptrdiff_t>(from), length, time.begin());
      fft.forward(time.data(), spectrum.data());
    };
    transform(reference[c], x);
    transform(estimate[c], y);
    for (int k = 0; k < fft.bins(); ++k) {
      cross[k] += std::complex<double>(std::conj(x[k])) * std::complex<double>(y[k]);
      power[k] += std::norm(x[k]);
    }
  }
  double mean = 0.0;
  for (const double p : power) mean += p / fft.bins();
  if (!(mean > 0.0)) return 0;
  for (int k = 0; k < fft.bins(); ++k) x[k] = std::complex<float>(cross[k] / (power[k] + kRegularisation * mean));
  fft.inverse(x.data(), time.data());

  const auto at = [&](int lag) { return std::abs(time[lag < 0 ? fft.size() + lag : lag]); };
  int best = 0;
  double squares = 0.0;
  for (int lag = -most; lag <= most; ++lag) {
    squares += static_cast<double>(at(lag)) * at(lag);
    if (at(lag) > at(best)) best = lag;
  }
  return at(best) > kStandsOut * std::sqrt((squares - static_cast<double>(at(best)) * at(best)) / (2 * most + 1)) ? best
                                                                                                                  : 0;
}

}  // namespace rinse
