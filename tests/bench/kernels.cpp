// How fast the inference core's kernel is: multiply-adds per second of a matrix that stays in the cache, beside the
// machine's own limit (the same additions and multiplications on registers alone). Built natively and for wasm, with
// and without SIMD; tests/bench/kernels.mjs runs them. What is timed was compared with its plain twin before.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <vector>

#include "blocks/f32x4.h"
#include "nn/matrix.h"

namespace {

using namespace rinse;

constexpr int kRows = 192, kColumns = 192;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Multiply-adds per second of `work`, which does `each` of them: the best of some runs.
template <class Work>
double rate(double each, Work work) {
  double best = 0.0;
  for (int run = 0; run < 7; ++run) {
    int count = 0;
    const double start = seconds();
    double now = start;
    for (; now - start < 0.1; now = seconds()) {
      for (int i = 0; i < 200; ++i, ++count) work();
    }
    best = std::max(best, each * count / (now - start));
  }
  return best;
}

/// Eight sums that never leave their registers.
void registersOnly(float* out) {
  f32x4 s[8];
  for (int i = 0; i < 8; ++i) s[i] = splat(out[i]);
  const f32x4 a = splat(out[8]), b = splat(out[9]);
  for (int n = 0; n < kRows * kColumns / 32; ++n) {
    for (int i = 0; i < 8; ++i) s[i] = s[i] * a + b;
  }
  for (int i = 0; i < 8; ++i) out[i] = s[i][0];
}

}  // namespace

int main() {
  std::vector<float> w(kRows * kColumns), x(kColumns), y(kRows, 0.0f), z(kRows, 0.0f);
  for (size_t i = 0; i < w.size(); ++i) w[i] = std::sin(0.1f * static_cast<float>(i)) * 0.01f;
  for (size_t i = 0; i < x.size(); ++i) x[i] = std::cos(0.3f * static_cast<float>(i));
  const nn::Matrix matrix(w, kRows, kColumns);
  matrix.addTo(x.data(), y.data());
  matrix.addToPlain(x.data(), z.data());
  if (y != z) return std::puts("the kernel and its plain twin differ"), 1;
  const double each = static_cast<double>(kRows) * kColumns;
  float registers[10] = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.999f, 1e-6f};
  std::printf(
      "{\"float\": %.4g, \"plain\": %.4g, \"limit\": %.4g}\n", rate(each, [&] { matrix.addTo(x.data(), y.data()); }),
      rate(each, [&] { matrix.addToPlain(x.data(), z.data()); }), rate(each, [&] { registersOnly(registers); }));
  return std::isfinite(y[0] + z[0] + registers[0]) ? 0 : 1;
}
