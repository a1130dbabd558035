#include "noise/spectrum_tap.h"

#include <algorithm>
#include <numeric>

#include "blocks/window.h"
#include "noise/noise_profile.h"

namespace rinse {

namespace {
constexpr double kFrameSeconds = 0.04;
}

void SpectrumTap::prepare(double sampleRate) {
  sampleRate_ = sampleRate;
  const RealFft& fft = fft_.emplace(RealFft::fastSize(static_cast<int>(kFrameSeconds * sampleRate)));
  window_ = hann(fft.size());
  recent_.assign(fft.size(), 0.0f);
  at_ = 0;
}

void SpectrumTap::reset() noexcept { std::fill(recent_.begin(), recent_.end(), 0.0f); }

void SpectrumTap::listen(Block b) noexcept {
  for (int i = 0; i < b.frames; ++i) {
    recent_[at_] = b.mean(i);
    if (++at_ == recent_.size()) at_ = 0;
  }
}

std::vector<float> SpectrumTap::densityDb() const {
  std::vector<float> time(recent_.size());
  for (size_t i = 0; i < time.size(); ++i) time[i] = recent_[(at_ + i) % recent_.size()] * window_[i];
  std::vector<std::complex<float>> spectrum(fft_->bins());
  fft_->forward(time.data(), spectrum.data());
  std::vector<double> power(spectrum.size());
  std::transform(spectrum.begin(), spectrum.end(), power.begin(), [](std::complex<float> x) { return std::norm(x); });
  const double energy = std::inner_product(window_.begin(), window_.end(), window_.begin(), 0.0);
  const auto profile = NoiseProfile::measure(power, sampleRate_ / fft_->size(), sampleRate_, energy);
  return {profile.densityDb().begin(), profile.densityDb().end()};
}

}  // namespace rinse
