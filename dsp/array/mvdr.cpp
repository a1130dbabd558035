#include "array/mvdr.h"

#include <algorithm>
#include <cmath>

namespace rinse {

namespace {
constexpr float kLoading = 1e-5f;  // of the mean of Rv's diagonal: a white noise 50 dB below, which bounds the gain
constexpr float kLeast = 1e-20f;   // power
constexpr float kEnoughVoice = 0.1f, kEnoughNoise = 3.0f;  // frames, before which nothing is known
}  // namespace

void Mvdr::prepare(int bins, int channels) {
  channels_ = channels;
  const size_t all = static_cast<size_t>(bins) * channels;
  heard_.assign(all * channels, {});
  noise_.assign(all * channels, {});
  eigen_.assign(all, {});
  voiceFrames_.assign(bins, 0.0f);
  noiseFrames_.assign(bins, 0.0f);
  factor_.assign(static_cast<size_t>(channels) * channels, {});
  direction_.assign(channels, {});
  reset();
}

void Mvdr::reset() noexcept {
  for (auto* r : {&heard_, &noise_}) std::fill(r->begin(), r->end(), Complex{});
  for (auto* count : {&voiceFrames_, &noiseFrames_}) std::fill(count->begin(), count->end(), 0.0f);
  std::fill(eigen_.begin(), eigen_.end(), Complex{1.0f, 0.0f});
}

/// r += share (x x^H - r), its lower half.
void Mvdr::add(Complex* r, const Complex* x, int channels, float share) noexcept {
  for (int i = 0; i < channels; ++i) {
    for (int j = 0; j <= i; ++j) {
      Complex& at = r[i * channels + j];
      const float re = x[i].real() * x[j].real() + x[i].imag() * x[j].imag(),
                  im = x[i].imag() * x[j].real() - x[i].real() * x[j].imag();
      at = {at.real() + share * (re - at.real()), at.imag() + share * (im - at.imag())};
    }
  }
}

void Mvdr::update(int bin, const Complex* x, float voice, float noise, float memory) noexcept {
  const size_t at = static_cast<size_t>(bin) * channels_ * channels_;
  const auto take = [&](std::vector<Complex>& r, float& frames, float weight) {
    if (weight <= 0.0f) return;
    frames = std::min(frames + weight, memory);
    add(&r[at], x, channels_, weight / std::max(frames, 1.0f));
  };
  take(heard_, voiceFrames_[bin], voice);
  take(noise_, noiseFrames_[bin], noise);
}

/// v = (r + loading)^-1 v by Cholesky: r = L L^H.
void Mvdr::solve(const Complex* r, Complex* v) noexcept {
  const int n = channels_;
  float trace = 0.0f;
  for (int i = 0; i < n; ++i) trace += r[i * n + i].real();
  const float loading = std::max(kLoading * trace / static_cast<float>(n), kLeast);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j <= i; ++j) {
      Complex sum = r[i * n + j];
      for (int k = 0; k < j; ++k) sum -= factor_[i * n + k] * std::conj(factor_[j * n + k]);
      if (i == j)
        factor_[i * n + i] = std::sqrt(std::max(sum.real(), 0.0f) + loading);
      else
        factor_[i * n + j] = sum / factor_[j * n + j].real();
    }
  }
  for (int i = 0; i < n; ++i) {
    for (int k = 0; k < i; ++k) v[i] -= factor_[i * n + k] * v[k];
    v[i] /= factor_[i * n + i].real();
  }
  for (int i = n - 1; i >= 0; --i) {
    for (int k = i + 1; k < n; ++k) v[i] -= std::conj(factor_[k * n + i]) * v[k];
    v[i] /= factor_[i * n + i].real();
  }
}

void Mvdr::filter(int bin, int reference, Complex* w) noexcept {
  const int n = channels_;
  const auto through = [&] {
    std::fill_n(w, n, Complex{});
    w[reference] = 1.0f;
  };
  if (voiceFrames_[bin] < kEnoughVoice || noiseFrames_[bin] < kEnoughNoise) return through();
  const size_t at = static_cast<size_t>(bin) * n * n;
  Complex* eigen = &eigen_[static_cast<size_t>(bin) * n];
  for (int i = 0; i < n; ++i) {  // Ry times the last eigenvector: the voice's direction
    direction_[i] = 0.0f;
    for (int j = 0; j < n; ++j)
      direction_[i] += (j <= i ? heard_[at + i * n + j] : std::conj(heard_[at + j * n + i])) * eigen[j];
  }
  std::copy(direction_.begin(), direction_.end(), w);
  solve(&noise_[at], w);
  float size = 0.0f;
  Complex response = 0.0f;
  for (int i = 0; i < n; ++i) size += std::norm(w[i]), response += std::conj(w[i]) * direction_[i];
  if (!(size > 1e-30f) || !(response.real() > 1e-30f)) return through();
  const float unit = 1.0f / std::sqrt(size);
  const Complex scale = std::conj(direction_[reference]) / response.real();
  for (int i = 0; i < n; ++i) {
    eigen[i] = w[i] * unit;
    w[i] *= scale;
  }
}

}  // namespace rinse
