#include "metrics/stoi.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "blocks/fft.h"
#include "blocks/resampler.h"
#include "blocks/window.h"

namespace rinse {

namespace {

// Sec. II of the paper.
constexpr int kRate = 10000, kFrame = 256, kHop = 128, kFft = 512;
constexpr int kBands = 15;  // third octaves from
constexpr double kLowestCentreHz = 150.0;
constexpr int kSegment = 30;           // N: frames, 384 ms
constexpr double kClip = 5.623413252;  // 1 + 10^(15/20) with beta = -15 dB, less the 1 (eq. 3)
constexpr double kSpeechRangeDb = 40.0;
constexpr double kSilenceDb = -200.0;  // nothing at all

using Bands = std::vector<std::array<double, kBands>>;  // [frames][bands] amplitudes

/// Drops the frames in which the reference lies 40 dB below its loudest, from both, by overlap-add.
void removeSilence(std::vector<double>& x, std::vector<double>& y) {
  const std::vector<float> w = hannInside(kFrame);
  std::vector<double> level;
  for (size_t at = 0; at + kFrame < x.size(); at += kHop) {
    double e = 0.0;
    for (int n = 0; n < kFrame; ++n) e += (x[at + n] * w[n]) * (x[at + n] * w[n]);
    level.push_back(20.0 * std::log10(std::sqrt(e) + 1e-16));
  }
  if (level.empty() || *std::max_element(level.begin(), level.end()) < kSilenceDb) return x.clear(), y.clear();
  const double least = *std::max_element(level.begin(), level.end()) - kSpeechRangeDb;
  std::vector<double> outX(x.size(), 0.0), outY(x.size(), 0.0);
  size_t to = 0;
  for (size_t f = 0; f < level.size(); ++f) {
    if (level[f] <= least) continue;
    for (int n = 0; n < kFrame; ++n) {
      outX[to + n] += w[n] * x[f * kHop + n];
      outY[to + n] += w[n] * y[f * kHop + n];
    }
    to += kHop;
  }
  outX.resize(to > 0 ? to + kFrame - kHop : 0);
  outY.resize(outX.size());
  x.swap(outX);
  y.swap(outY);
}

Bands thirdOctaves(const std::vector<double>& x) {
  std::array<int, kBands + 1> low{}, high{};
  for (int j = 0; j < kBands; ++j) {
    const double centre = kLowestCentreHz * std::exp2(j / 3.0), binHz = static_cast<double>(kRate) / kFft;
    low[j] = static_cast<int>(std::lround(centre * std::exp2(-1.0 / 6.0) / binHz));
    high[j] = static_cast<int>(std::lround(centre * std::exp2(1.0 / 6.0) / binHz));
  }
  const std::vector<float> w = hannInside(kFrame);
  const RealFft fft(kFft);
  std::vector<float> time(kFft, 0.0f);
  std::vector<std::complex<float>> spectrum(fft.bins());
  Bands bands;
  for (size_t at = 0; at + kFrame < x.size(); at += kHop) {
    for (int n = 0; n < kFrame; ++n) time[n] = static_cast<float>(x[at + n] * w[n]);
    fft.forward(time.data(), spectrum.data());
    auto& frame = bands.emplace_back();
    for (int j = 0; j < kBands; ++j) {
      double sum = 0.0;
      for (int k = low[j]; k < high[j]; ++k) sum += std::norm(spectrum[k]);
      frame[j] = std::sqrt(sum);
    }
  }
  return bands;
}

/// Eqs. 3-5 for one band and the segment of frames [from, from + kSegment).
double correlation(const Bands& x, const Bands& y, size_t from, int j) {
  double xx = 0.0, yy = 0.0;
  for (int m = 0; m < kSegment; ++m) xx += x[from + m][j] * x[from + m][j], yy += y[from + m][j] * y[from + m][j];
  const double alpha = std::sqrt(xx / (yy + 1e-30));
  std::array<double, kSegment> clipped{};
  double meanX = 0.0, meanY = 0.0;
  for (int m = 0; m < kSegment; ++m) {
    clipped[m] = std::min(alpha * y[from + m][j], x[from + m][j] * (1.0 + kClip));
    meanX += x[from + m][j] / kSegment;
    meanY += clipped[m] / kSegment;
  }
  double dotXy = 0.0, dotXx = 0.0, dotYy = 0.0;
  for (int m = 0; m < kSegment; ++m) {
    const double a = x[from + m][j] - meanX, b = clipped[m] - meanY;
    dotXy += a * b, dotXx += a * a, dotYy += b * b;
  }
  return dotXy / (std::sqrt(dotXx * dotYy) + 1e-30);
}

/// Jensen & Taal 2016, eqs. 3-8: rows (bands over time), then columns (frames over bands) without mean and of norm one.
double spectralCorrelation(const Bands& x, const Bands& y, size_t from) {
  using Segment = std::array<std::array<double, kBands>, kSegment>;
  const auto normalise = [](auto at, int rows, int columns) {
    for (int r = 0; r < rows; ++r) {
      double mean = 0.0, squares = 0.0;
      for (int c = 0; c < columns; ++c) mean += at(r, c) / columns;
      for (int c = 0; c < columns; ++c) at(r, c) -= mean, squares += at(r, c) * at(r, c);
      const double norm = std::sqrt(squares) + 1e-16;
      for (int c = 0; c < columns; ++c) at(r, c) /= norm;
    }
  };
  const auto segment = [&](const Bands& bands) {
    Segment s;
    std::copy_n(bands.begin() + static_cast<std::ptrdiff_t>(from), kSegment, s.begin());
    normalise([&](int band, int frame) -> double& { return s[frame][band]; }, kBands, kSegment);
    normalise([&](int frame, int band) -> double& { return s[frame][band]; }, kSegment, kBands);
    return s;
  };
  const Segment a = segment(x), b = segment(y);
  double sum = 0.0;
  for (int m = 0; m < kSegment; ++m) {
    for (int j = 0; j < kBands; ++j) sum += a[m][j] * b[m][j];
  }
  return sum / kSegment;
}

}  // namespace

Intelligibility intelligibility(std::span<const float> reference, std::span<const float> estimate, int rate) {
  const std::vector<float> x10 = resample(reference, rate, kRate), y10 = resample(estimate, rate, kRate);
  std::vector<double> x(x10.begin(), x10.end()), y(y10.begin(), y10.end());
  y.resize(x.size(), 0.0);
  removeSilence(x, y);
  const Bands bandsX = thirdOctaves(x), bandsY = thirdOctaves(y);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (bandsX.size() < kSegment) return {kNone, kNone};
  double sum = 0.0, extended = 0.0;
  const size_t segments = bandsX.size() - kSegment + 1;
  for (size_t s = 0; s < segments; ++s) {
    for (int j = 0; j < kBands; ++j) sum += correlation(bandsX, bandsY, s, j);
    extended += spectralCorrelation(bandsX, bandsY, s);
  }
  return {sum / static_cast<double>(segments * kBands),
          extended / static_cast<double>(segments)};  // Taal eq. 6, Jensen eq. 9
}

}  // namespace rinse
