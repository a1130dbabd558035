// Cross-correlation of two whole signals through the Fourier transform. For measurement, not for streams.
#pragma once

#include <span>
#include <vector>

namespace rinse {

/// r[lag + a.size() - 1] = sum over n of a[n] b[n + lag], for lags from -(a.size() - 1) to b.size() - 1. Empty where a
/// or b is.
std::vector<float> crossCorrelation(std::span<const float> a, std::span<const float> b);

/// How periodic a windowed signal is, 0 … 1: the highest peak of its autocorrelation between two lags over that of the
/// window (Boersma 1993, "Accurate short-term analysis of the fundamental frequency", IFA Proceedings 17, eq. 9). Both
/// from lag 0 to longest + 1 at least.
float periodicity(std::span<const float> autocorrelation, std::span<const float> ofWindow, int shortest,
                  int longest) noexcept;

}  // namespace rinse
