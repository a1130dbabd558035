#include "reverb/wpe.h"

#include <algorithm>
#include <cmath>

#include "blocks/f32x4.h"

namespace rinse {

namespace {

using Complex = std::complex<float>;

constexpr float kLeastPower = 1e-14f, kLeastShare = 1e-3f;  // of the power that pauses count with
constexpr float kFullScale = 1e5f;        // of a sine in its bin of the house frame, about: what is louder is none
constexpr float kFallShare = 0.05f;       // after a bang
constexpr float kMeanShare = 0.003f;      // some seconds
constexpr float kLargestInverse = 1e12f;  // where the correlation is singular (silence, one tone), it stays as it is

}  // namespace

void Wpe::prepare(int channels, int mostTaps) {
  channels_ = channels;
  length_ = mostTaps * channels;
  stride_ = roundUp4(length_);
  inverse_.assign(static_cast<size_t>(length_) * stride_);
  filter_.assign(static_cast<size_t>(channels) * stride_);
  past_.assign(stride_);
  product_.assign(stride_);
  reset();
}

void Wpe::reset() noexcept {
  for (Parts* p : {&inverse_, &filter_, &past_, &product_}) {
    std::fill(p->re.begin(), p->re.end(), 0.0f);
    std::fill(p->im.begin(), p->im.end(), 0.0f);
  }
  for (int i = 0; i < length_; ++i) inverse_.re[static_cast<size_t>(i) * stride_ + i] = 1.0f;
  powerBefore_ = meanPower_ = 0.0f;
}

/// The variance of the wanted signal that the prediction is normalised by (Nakatani 2010, eq. 13): of what is left,
/// over this frame and the one before.
float Wpe::powerOf(const Complex* frame, const Complex* late) noexcept {
  float now = 0.0f, input = 0.0f;
  for (int c = 0; c < channels_; ++c) now += std::norm(frame[c] - late[c]), input += std::norm(frame[c]);
  now /= static_cast<float>(channels_);
  input = std::min(input / static_cast<float>(channels_), kFullScale);
  meanPower_ += (input < kLeastShare * meanPower_ ? kFallShare : kMeanShare) * (input - meanPower_);
  const float power = 0.5f * (now + powerBefore_);
  powerBefore_ = now;
  return std::max({power, kLeastShare * meanPower_, kLeastPower});
}

/// late = G^H x~.
void Wpe::predict(Complex* late) const noexcept {
  for (int c = 0; c < channels_; ++c) {
    const float *re = &filter_.re[static_cast<size_t>(c) * stride_],
                *im = &filter_.im[static_cast<size_t>(c) * stride_];
    f32x4 sumRe = splat(0.0f), sumIm = splat(0.0f);
    for (int i = 0; i < stride_; i += 4) {
      const f32x4 a = load4(re + i), b = load4(im + i), x = load4(&past_.re[i]), y = load4(&past_.im[i]);
      sumRe += a * x - b * y;
      sumIm += a * y + b * x;
    }
    late[c] = {sumRe[0] + sumRe[1] + sumRe[2] + sumRe[3], sumIm[0] + sumIm[1] + sumIm[2] + sumIm[3]};
  }
}

/// product = R^-1 x~, and x~^H R^-1 x~. The columns of a Hermitian matrix are its conjugated rows.
float Wpe::multiply() noexcept {
  std::fill(product_.re.begin(), product_.re.end(), 0.0f);
  std::fill(product_.im.begin(), product_.im.end(), 0.0f);
  for (int j = 0; j < length_; ++j) {
    const float *re = &inverse_.re[static_cast<size_t>(j) * stride_],
                *im = &inverse_.im[static_cast<size_t>(j) * stride_];
    const f32x4 x = splat(past_.re[j]), y = splat(past_.im[j]);
    for (int i = 0; i < stride_; i += 4) {
      const f32x4 a = load4(re + i), b = load4(im + i);
      store4(&product_.re[i], load4(&product_.re[i]) + a * x + b * y);
      store4(&product_.im[i], load4(&product_.im[i]) + a * y - b * x);
    }
  }
  float energy = 0.0f;
  for (int i = 0; i < length_; ++i) energy += past_.re[i] * product_.re[i] + past_.im[i] * product_.im[i];
  return std::max(energy, 0.0f);
}

/// R^-1 = (R^-1 - q q^H) / alpha, exactly Hermitian again; q is the product times the root of the gain's scale.
void Wpe::updateInverse(float rootScale, float remembered) noexcept {
  for (int i = 0; i < stride_; i += 4) {
    store4(&product_.re[i], load4(&product_.re[i]) * rootScale);
    store4(&product_.im[i], load4(&product_.im[i]) * rootScale);
  }
  for (int i = 0; i < length_; ++i) {
    float *re = &inverse_.re[static_cast<size_t>(i) * stride_], *im = &inverse_.im[static_cast<size_t>(i) * stride_];
    const f32x4 p = splat(product_.re[i]), q = splat(product_.im[i]);
    for (int j = 0; j < stride_; j += 4) {
      const f32x4 a = load4(&product_.re[j]), b = load4(&product_.im[j]);
      store4(re + j, (load4(re + j) - (p * a + q * b)) * remembered);
      store4(im + j, (load4(im + j) - (q * a - p * b)) * remembered);
    }
  }
}

void Wpe::process(const Complex* frame, const Complex* past, int taps, float forgetting, Complex* late) noexcept {
  if (taps * channels_ != length_) {
    length_ = taps * channels_;
    stride_ = roundUp4(length_);
    reset();
  }
  for (int i = 0; i < length_; ++i) past_.re[i] = past[i].real(), past_.im[i] = past[i].imag();
  predict(late);
  // Recursive least squares, weighted by the inverse of the power: k = R^-1 x~ / (alpha * power + x~^H R^-1 x~).
  const float scale = 1.0f / (forgetting * powerOf(frame, late) + multiply());
  for (int c = 0; c < channels_; ++c) {  // G += k e^H; kept conjugated
    const Complex error = (frame[c] - late[c]) * scale;
    const f32x4 x = splat(error.real()), y = splat(error.imag());
    float *re = &filter_.re[static_cast<size_t>(c) * stride_], *im = &filter_.im[static_cast<size_t>(c) * stride_];
    for (int i = 0; i < stride_; i += 4) {
      const f32x4 a = load4(&product_.re[i]), b = load4(&product_.im[i]);
      store4(re + i, load4(re + i) + a * x + b * y);
      store4(im + i, load4(im + i) + a * y - b * x);
    }
  }
  if (inverse_.re[0] <= kLargestInverse) updateInverse(std::sqrt(scale), 1.0f / forgetting);
}

}  // namespace rinse
