// The all-pole model of a short signal: autocorrelation method, Levinson-Durbin recursion (Makhoul 1975, "Linear
// prediction: a tutorial review", eqs. 37-38).
#pragma once

#include <algorithm>
#include <array>
#include <span>

namespace rinse {

template <int order>
struct AllPole {
  std::array<double, order + 1> autocorrelation{};
  std::array<double, order + 1>
      predictor{};  // of the error filter: e[n] = sum of predictor[k] x[n - k], predictor[0] = 1
};

template <int order>
AllPole<order> linearPrediction(std::span<const double> x) {
  AllPole<order> model;
  auto& r = model.autocorrelation;
  auto& a = model.predictor;
  for (size_t lag = 0; lag <= order; ++lag) {
    for (size_t i = lag; i < x.size(); ++i) r[lag] += x[i] * x[i - lag];
  }
  a[0] = 1.0;
  double error = std::max(r[0], 1e-30);
  for (int i = 1; i <= order; ++i) {
    double k = r[i];
    for (int j = 1; j < i; ++j) k += a[j] * r[i - j];
    k /= -error;
    const auto before = a;
    for (int j = 1; j < i; ++j) a[j] = before[j] + k * before[i - j];
    a[i] = k;
    error = std::max(error * (1.0 - k * k), 1e-30);
  }
  return model;
}

}  // namespace rinse
