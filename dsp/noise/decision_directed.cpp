#include "noise/decision_directed.h"

#include <algorithm>
#include <cmath>

#include "blocks/log_mmse.h"
#include "blocks/mmse_stsa.h"

namespace rinse {

namespace {

// Cohen & Berdugo 2001, eq. 32 with alpha = 0.92 at their hop of 8 ms, and the lower bound of xi.
constexpr double kSmoothing = 0.92, kPaperHop = 0.008;
constexpr float kLeastXi = 0.0031622777f;  // -25 dB

}  // namespace

void DecisionDirected::prepare(int bins, double binHz, double hopSeconds) {
  xi_.assign(roundUp4(bins), kLeastXi);
  clean_.assign(roundUp4(bins), 0.0f);
  smoothing_ = static_cast<float>(std::pow(kSmoothing, hopSeconds / kPaperHop));
  absence_.prepare(bins, binHz, hopSeconds);
  reset();
}

void DecisionDirected::reset() noexcept {
  absence_.reset();
  std::fill(xi_.begin(), xi_.end(), kLeastXi);
  std::fill(clean_.begin(), clean_.end(), 0.0f);
}

/// `gainOf(k, xi, gamma, v)` gives the gain to apply and the one under signal presence.
template <class Gain>
void DecisionDirected::estimate(const NoisySpectrum& y, std::span<float> gain, Gain gainOf) noexcept {
  for (size_t k = 0; k < gain.size(); k += 4) {
    const f32x4 power = load4(&y.power[k]), inverse = 1.0f / load4(&y.noise[k]);
    const f32x4 gamma = min4(power * inverse, splat(1e4f));
    const f32x4 xi =
        clamp4(smoothing_ * load4(&clean_[k]) * inverse + (1.0f - smoothing_) * max4(gamma - 1.0f, splat(0.0f)),
               kLeastXi, 1e4f);
    const f32x4 v = max4(gamma * xi / (1.0f + xi), splat(1e-6f));
    const auto [applied, present] = gainOf(k, xi, max4(gamma, splat(1e-6f)), v);
    store4(&gain[k], max4(min4(applied, splat(1.0f)), splat(y.floor)));
    store4(&xi_[k], xi);
    store4(&clean_[k], present * present * power);
  }
}

void DecisionDirected::gains(const NoisySpectrum& y, std::span<float> gain) noexcept {
  struct Pair {
    f32x4 applied, present;
  };
  const auto twice = [](f32x4 g) {
    g = min4(g, splat(1.0f));
    return Pair{g, g};
  };
  switch (estimator_) {
    case Estimator::wiener:
      return estimate(y, gain, [&](size_t, f32x4 xi, f32x4, f32x4) { return twice(xi / (1.0f + xi)); });
    case Estimator::mmseStsa:
      return estimate(y, gain, [&](size_t, f32x4, f32x4 gamma, f32x4 v) { return twice(mmseStsaGain4(gamma, v)); });
    case Estimator::logMmse:
      return estimate(y, gain, [&](size_t, f32x4 xi, f32x4, f32x4 v) {
        return twice(logMmseGain4(xi / (1.0f + xi), v, exp4(-v)));
      });
    case Estimator::omLsa: {
      const std::span<const float> absence = absence_.update(xi_);  // of the frame before: no look-ahead
      const f32x4 logFloor = log2_4(splat(y.floor));
      return estimate(y, gain, [&](size_t k, f32x4 xi, f32x4, f32x4 v) {
        const f32x4 expMinusV = exp4(-v);
        const f32x4 present = min4(logMmseGain4(xi / (1.0f + xi), v, expMinusV), splat(1.0f));  // G_H1
        const f32x4 q = load4(&absence[k]);
        const f32x4 p = 1.0f / (1.0f + q / (1.0f - q) * (1.0f + xi) * expMinusV);  // eq. 12
        // Eq. 16: G_H1^p * G_min^(1-p).
        return Pair{exp2_4(p * log2_4(max4(present, splat(y.floor))) + (1.0f - p) * logFloor), present};
      });
    }
  }
}

}  // namespace rinse
