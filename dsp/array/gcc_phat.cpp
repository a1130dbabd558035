#include "array/gcc_phat.h"

#include <algorithm>
#include <cmath>

namespace rinse {

namespace {
constexpr float kHigher = 1.001f;  // than where the last peak was: a tone's are equally high, a period apart
}  // namespace

void GccPhat::prepare(int fftSize, int channels, int longest) {
  longest_ = kFiner * longest;
  fft_ = RealFft(kFiner * fftSize);
  cross_.assign(channels - 1, std::vector<std::complex<float>>(fftSize / 2 + 1));
  padded_.assign(fft_.bins(), {});
  correlation_.assign(fft_.size(), 0.0f);
  delays_.assign(channels, 0.0f);
}

void GccPhat::reset() noexcept {
  for (auto& c : cross_) std::fill(c.begin(), c.end(), std::complex<float>{});
  std::fill(delays_.begin(), delays_.end(), 0.0f);
}

void GccPhat::update(std::span<const std::complex<float>* const> spectra, std::span<const float> voice,
                     float share) noexcept {
  for (size_t c = 0; c < cross_.size(); ++c) {
    auto& cross = cross_[c];
    for (size_t k = 1; k < cross.size(); ++k) {
      const std::complex<float> product = std::conj(spectra[0][k]) * spectra[c + 1][k];
      const float size = std::abs(product);
      if (size > 1e-25f) cross[k] += share * voice[k] * (product / size - cross[k]);
      padded_[k] = cross[k];
    }
    fft_.inverse(padded_.data(), correlation_.data());
    const int size = fft_.size();
    const auto at = [&](int lag) { return correlation_[(lag + size) % size]; };
    int best = static_cast<int>(std::lround(delays_[c + 1] * kFiner));
    float most = std::max(kHigher * at(best), 0.0f);
    for (int lag = -longest_; lag <= longest_; ++lag) {
      if (at(lag) > most) most = at(lag), best = lag;
    }
    if (most <= 0.0f) continue;
    // Between the samples: a parabola through the peak.
    const float a = at(best - 1), b = at(best), d = at(best + 1), bend = a - 2.0f * b + d;
    delays_[c + 1] = (static_cast<float>(best) + (bend < 0.0f ? 0.5f * (a - d) / bend : 0.0f)) / kFiner;
  }
}

}  // namespace rinse
