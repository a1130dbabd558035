#include "reverb/batch_wpe.h"

#include <algorithm>
#include <cmath>

#include "blocks/f32x4.h"

namespace rinse {

namespace {
using Complex = std::complex<float>;
constexpr float kLeastPower = 1e-12f, kLeastShare = 1e-2f;  // of the mean power, that pauses count with
constexpr float kLoading = 1e-3f;                           // of the mean of the diagonal
}  // namespace

void BatchWpe::prepare(int channels, int mostTaps, int frames) {
  channels_ = channels;
  frames_ = frames;
  const int stride = roundUp4(mostTaps * channels);
  matrixRe_.assign(static_cast<size_t>(stride) * stride, 0.0f);
  matrixIm_ = matrixRe_;
  rightRe_.assign(static_cast<size_t>(channels) * stride, 0.0f);
  rightIm_ = rightRe_;
  pastRe_.assign(stride, 0.0f);
  pastIm_ = pastRe_;
  weight_.assign(frames, 0.0f);
  power_ = weight_;
}

/// The frames from `delay` before this one on, newest first, channels together.
void BatchWpe::gather(int frame, int taps, int delay) noexcept {
  int i = 0;
  for (int t = 0; t < taps; ++t) {
    const Complex* from = x_ + static_cast<long>(frame - delay - t) * channels_;
    for (int c = 0; c < channels_; ++c, ++i) pastRe_[i] = from[c].real(), pastIm_[i] = from[c].imag();
  }
}

/// R = sum of w x~ x~^H (its lower half), P = sum of w x~ x^H, conjugated.
void BatchWpe::correlate(int taps, int delay) noexcept {
  for (auto* v : {&matrixRe_, &matrixIm_, &rightRe_, &rightIm_}) std::fill(v->begin(), v->end(), 0.0f);
  for (int t = 0; t < frames_; ++t) {
    gather(t, taps, delay);
    const Complex* now = x_ + static_cast<long>(t) * channels_;
    const auto add = [&](float re, float im, int count, float* toRe, float* toIm) {  // += (re + j im) conj(past)
      const f32x4 a = splat(re * weight_[t]), b = splat(im * weight_[t]);
      for (int j = 0; j < count; j += 4) {
        const f32x4 x = load4(&pastRe_[j]), y = load4(&pastIm_[j]);
        store4(toRe + j, load4(toRe + j) + a * x + b * y);
        store4(toIm + j, load4(toIm + j) + b * x - a * y);
      }
    };
    for (int i = 0; i < length_; ++i) {
      const size_t row = static_cast<size_t>(i) * stride_;
      add(pastRe_[i], pastIm_[i], i + 1, &matrixRe_[row], &matrixIm_[row]);
    }
    for (int c = 0; c < channels_; ++c) {
      const size_t row = static_cast<size_t>(c) * stride_;
      add(now[c].real(), now[c].imag(), length_, &rightRe_[row], &rightIm_[row]);
    }
  }
}

/// Cholesky: R = L L^H in place, with some loading. False where there is nothing to factor.
bool BatchWpe::factor() noexcept {
  float trace = 0.0f;
  for (int i = 0; i < length_; ++i) trace += matrixRe_[static_cast<size_t>(i) * stride_ + i];
  const float loading = kLoading * trace / static_cast<float>(length_);
  if (!(loading > 1e-30f)) return false;
  for (int i = 0; i < length_; ++i) {
    float *re = &matrixRe_[static_cast<size_t>(i) * stride_], *im = &matrixIm_[static_cast<size_t>(i) * stride_];
    re[i] += loading;
    for (int j = 0; j <= i; ++j) {
      const float *re2 = &matrixRe_[static_cast<size_t>(j) * stride_],
                  *im2 = &matrixIm_[static_cast<size_t>(j) * stride_];
      float sumRe = re[j], sumIm = im[j];
      for (int k = 0; k < j; ++k) {  // a conj(b)
        sumRe -= re[k] * re2[k] + im[k] * im2[k];
        sumIm -= im[k] * re2[k] - re[k] * im2[k];
      }
      if (i == j) {
        re[i] = std::sqrt(std::max(sumRe, 1e-6f * loading));
        im[i] = 0.0f;
      } else {
        re[j] = sumRe / re2[j];
        im[j] = sumIm / re2[j];
      }
    }
  }
  return true;
}

/// R g = p for each channel; what is kept is x~^T conj(g)'s factor: the conjugated filters, from conjugated sums.
void BatchWpe::solve() noexcept {
  for (int c = 0; c < channels_; ++c) {
    float *re = &rightRe_[static_cast<size_t>(c) * stride_], *im = &rightIm_[static_cast<size_t>(c) * stride_];
    for (int i = 0; i < length_; ++i) im[i] = -im[i];  // P itself
    for (int i = 0; i < length_; ++i) {
      const float *a = &matrixRe_[static_cast<size_t>(i) * stride_], *b = &matrixIm_[static_cast<size_t>(i) * stride_];
      for (int k = 0; k < i; ++k) re[i] -= a[k] * re[k] - b[k] * im[k], im[i] -= a[k] * im[k] + b[k] * re[k];
      re[i] /= a[i], im[i] /= a[i];
    }
    for (int i = length_ - 1; i >= 0; --i) {
      for (int k = i + 1; k < length_; ++k) {
        const float a = matrixRe_[static_cast<size_t>(k) * stride_ + i],
                    b = -matrixIm_[static_cast<size_t>(k) * stride_ + i];
        re[i] -= a * re[k] - b * im[k], im[i] -= a * im[k] + b * re[k];
      }
      const float d = matrixRe_[static_cast<size_t>(i) * stride_ + i];
      re[i] /= d, im[i] /= d;
    }
  }
}

/// late = G^H x~.
void BatchWpe::predict(int taps, int delay, Complex* late) noexcept {
  for (int t = 0; t < frames_; ++t) {
    gather(t, taps, delay);
    for (int c = 0; c < channels_; ++c) {
      const float *re = &rightRe_[static_cast<size_t>(c) * stride_], *im = &rightIm_[static_cast<size_t>(c) * stride_];
      f32x4 sumRe = splat(0.0f), sumIm = splat(0.0f);
      for (int i = 0; i < stride_; i += 4) {
        const f32x4 a = load4(re + i), b = load4(im + i), x = load4(&pastRe_[i]), y = load4(&pastIm_[i]);
        sumRe += a * x + b * y;
        sumIm += a * y - b * x;
      }
      late[static_cast<long>(t) * channels_ + c] = {sumRe[0] + sumRe[1] + sumRe[2] + sumRe[3],
                                                    sumIm[0] + sumIm[1] + sumIm[2] + sumIm[3]};
    }
  }
}

void BatchWpe::process(const Complex* x, int before, int taps, int delay, int iterations, Complex* late) noexcept {
  x_ = x + static_cast<long>(before) * channels_;
  length_ = taps * channels_;
  stride_ = roundUp4(length_);
  std::fill(pastRe_.begin(), pastRe_.end(), 0.0f);
  std::fill(pastIm_.begin(), pastIm_.end(), 0.0f);
  const long count = static_cast<long>(frames_) * channels_;
  std::fill_n(late, count, Complex{});
  for (int round = 0; round < iterations; ++round) {
    double mean = 0.0;
    for (int t = 0; t < frames_; ++t) {  // eq. 13: the variance of what is wanted, from the last round
      power_[t] = 0.0f;
      for (int c = 0; c < channels_; ++c)
        power_[t] += std::norm(x_[static_cast<long>(t) * channels_ + c] - late[static_cast<long>(t) * channels_ + c]);
      power_[t] /= static_cast<float>(channels_);
      mean += power_[t] / frames_;
    }
    const float least = std::max(kLeastShare * static_cast<float>(mean), kLeastPower);
    for (int t = 0; t < frames_; ++t) {
      const float around = (power_[std::max(0, t - 1)] + power_[t] + power_[std::min(frames_ - 1, t + 1)]) / 3.0f;
      weight_[t] = 1.0f / std::max(around, least);
    }
    correlate(taps, delay);
    if (!factor()) return std::fill_n(late, count, Complex{}), void();
    solve();
    predict(taps, delay, late);
  }
}

}  // namespace rinse
