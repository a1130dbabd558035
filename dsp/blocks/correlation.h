// Cross-correlation of two whole signals through the Fourier transform. For measurement, not for streams.
#pragma once

#include <span>
#include <vector>

namespace rinse {

/// r[lag + a.size() - 1] = sum over n of a[n] b[n + lag], for lags from -(a.size() - 1) to b.size() - 1. Empty where a
/// or b is.
std::vector<float> crossCorrelation(std::span<const float> a, std::span<const float> b);

}  // namespace rinse
