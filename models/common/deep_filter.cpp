// What the voice network's answer does to a spectrum (nn/voice_frame.h, VoiceFrame::answer), forward and backward in
// one pass, for training on a CPU: PyTorch takes a third of the whole time for it, each operation over ten values a
// position.
//
// Arrays are answer[batch][2 taps][time][positions] as the network gives it, noisy and
// estimate[batch][time][positions][2]; the first `bins` positions are complex, filtered over time, those above only
// scaled by a gain. All multiples of 16.
#include <algorithm>

#include "lanes.h"

namespace {

using namespace rinse::lanes;

struct Complex {
  V re, im;
};

INLINE Complex load2(const float* p) {
  const V a = load(p), b = load(p + kWidth);
  return {__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
          __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)};
}
INLINE void store2(float* p, Complex c) {
  store(p, __builtin_shufflevector(c.re, c.im, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  store(p + kWidth, __builtin_shufflevector(c.re, c.im, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
}

/// |z|, never 0.
INLINE V magnitude(Complex z) { return sqrtv(z.re * z.re + z.im * z.im + 1e-12f); }

/// tanh(m) / m, by its series where the quotient of small numbers would be inexact.
INLINE V bound(V m) {
  const V square = m * m, series = 1.0f - square * (1.0f / 3.0f - square * (2.0f / 15.0f - square * (17.0f / 315.0f)));
  return m < 0.2f ? series : tanhv(m) / m;
}

struct Shape {
  int batch, taps, time, positions, bins;
  long answer(int b, int channel, int t) const {
    return ((static_cast<long>(b) * 2 * taps + channel) * time + t) * positions;
  }
  long spectrum(int b, int t) const { return (static_cast<long>(b) * time + t) * positions * 2; }
};

}  // namespace

extern "C" {

void deep_filter_forward(const float* answer, const float* noisy, int batch, int taps, int time, int positions,
                         int bins, int ahead, float* estimate) {
  const Shape at{batch, taps, time, positions, bins};
  for (int b = 0; b < batch; ++b)
    for (int t = 0; t < time; ++t) {
      for (int k = 0; k < bins; k += kWidth) {
        Complex y{};
        for (int j = 0; j < taps && j <= t; ++j) {
          const Complex z{load(answer + at.answer(b, 2 * j, t) + k), load(answer + at.answer(b, 2 * j + 1, t) + k)},
              x = load2(noisy + at.spectrum(b, t - j) + 2 * k);
          const V scale = bound(magnitude(z));
          y.re += scale * (z.re * x.re - z.im * x.im);
          y.im += scale * (z.re * x.im + z.im * x.re);
        }
        store2(estimate + at.spectrum(b, t) + 2 * k, y);
      }
      for (int k = bins; k < positions && t >= ahead; k += kWidth) {
        const V gain = sigmoid(load(answer + at.answer(b, 2 * ahead, t) + k));
        const Complex x = load2(noisy + at.spectrum(b, t - ahead) + 2 * k);
        store2(estimate + at.spectrum(b, t) + 2 * k, {gain * x.re, gain * x.im});
      }
    }
}

/// given: of estimate; to: of answer.
void deep_filter_backward(const float* answer, const float* noisy, const float* given, int batch, int taps, int time,
                          int positions, int bins, int ahead, float* to) {
  const Shape at{batch, taps, time, positions, bins};
  for (int b = 0; b < batch; ++b)
    for (int t = 0; t < time; ++t) {
      for (int channel = 0; channel < 2 * taps; ++channel) std::fill_n(to + at.answer(b, channel, t), positions, 0.0f);
      for (int k = 0; k < bins; k += kWidth) {
        const Complex g = load2(given + at.spectrum(b, t) + 2 * k);
        for (int j = 0; j < taps && j <= t; ++j) {
          const long re = at.answer(b, 2 * j, t) + k, im = at.answer(b, 2 * j + 1, t) + k;
          const Complex z{load(answer + re), load(answer + im)}, x = load2(noisy + at.spectrum(b, t - j) + 2 * k);
          const Complex f{g.re * x.re + g.im * x.im, g.im * x.re - g.re * x.im};  // gradient of the bounded filter
          // filter = z s(|z|), s(m) = tanh(m) / m; along z it grows by m s'(m) = 1 - tanh²(m) - s(m) more than across.
          const V m = magnitude(z), scale = bound(m), top = m * scale;
          const V along = (1.0f - top * top - scale) * (z.re * f.re + z.im * f.im) / (m * m);
          store(to + re, scale * f.re + along * z.re);
          store(to + im, scale * f.im + along * z.im);
        }
      }
      for (int k = bins; k < positions && t >= ahead; k += kWidth) {
        const V gain = sigmoid(load(answer + at.answer(b, 2 * ahead, t) + k));
        const Complex x = load2(noisy + at.spectrum(b, t - ahead) + 2 * k),
                      g = load2(given + at.spectrum(b, t) + 2 * k);
        store(to + at.answer(b, 2 * ahead, t) + k, (x.re * g.re + x.im * g.im) * gain * (1.0f - gain));
      }
    }
}
}
