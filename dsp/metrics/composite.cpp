#include "metrics/composite.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include "blocks/fft.h"
#include "blocks/linear_prediction.h"
#include "blocks/window.h"

namespace rinse {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kFrameSeconds = 0.03;
constexpr double kBest = 0.95;  // of the frames

int frameLength(int rate) { return static_cast<int>(std::lround(kFrameSeconds * rate)); }

/// `distance` of each windowed pair of frames, a quarter of a frame apart; the mean of the best ones.
template <class Distance>
double meanOfBest(std::span<const float> reference, std::span<const float> estimate, int rate, Distance distance) {
  const int frame = frameLength(rate), hop = frame / 4;
  const std::vector<float> w = hannInside(frame);
  const int n = static_cast<int>(std::min(reference.size(), estimate.size()));
  std::vector<double> x(frame), y(frame), found;
  for (int at = 0; at + frame + hop <= n; at += hop) {
    for (int i = 0; i < frame; ++i)
      x[i] = w[i] * static_cast<double>(reference[at + i]), y[i] = w[i] * static_cast<double>(estimate[at + i]);
    found.push_back(distance(x, y));
  }
  if (found.empty()) return kNone;
  std::sort(found.begin(), found.end());
  const size_t best = std::max<size_t>(1, std::lround(kBest * static_cast<double>(found.size())));
  double sum = 0.0;
  for (size_t i = 0; i < best; ++i) sum += found[i];
  return sum / static_cast<double>(best);
}

constexpr int kPoles = 16;

/// a' R a with the Toeplitz matrix of an autocorrelation.
double residual(const std::array<double, kPoles + 1>& a, const std::array<double, kPoles + 1>& r) {
  double sum = 0.0;
  for (int i = 0; i <= kPoles; ++i) {
    for (int j = 0; j <= kPoles; ++j) sum += a[i] * a[j] * r[std::abs(i - j)];
  }
  return sum;
}

// Klatt 1982: centres and widths of critical bands, Hz.
constexpr int kBands = 25;
constexpr std::array<double, kBands> kCentre{
    50.0,    120.0,   190.0,   260.0,   330.0,   400.0,   470.0,   540.0,   617.372, 703.378, 798.717, 904.128, 1020.38,
    1148.30, 1288.72, 1442.54, 1610.70, 1794.16, 1993.93, 2211.08, 2446.71, 2701.97, 2978.04, 3276.17, 3597.63};
constexpr std::array<double, kBands> kWidth{
    70.0,    70.0,    70.0,    70.0,    70.0,    70.0,    70.0,    77.3724, 86.0056, 95.3398, 105.411, 116.256, 127.914,
    140.423, 153.823, 168.154, 183.457, 199.776, 217.153, 235.631, 255.255, 276.072, 298.126, 321.465, 346.136};

// Bands below count as empty. The scripts by which the field's tables are made floor the energy of samples divided by
// 32768 at 1e-10 though their samples are of full scale 1 already; values compare with those tables only with the same
// floor.
constexpr double kEnergyFloor = 1e-10 * 32768.0 * 32768.0;

class SlopeDistance {
 public:
  explicit SlopeDistance(int rate)
      : frame_(frameLength(rate)),
        fft_(static_cast<int>(std::exp2(std::ceil(std::log2(2.0 * frame_))))),
        time_(fft_.size()),
        spectrum_(fft_.bins()) {
    const int half = fft_.size() / 2;
    const double least = std::exp(-30.0 / (2.0 * 2.303));  // the filters end 30 dB down
    for (int b = 0; b < kBands; ++b) {
      const double centre = std::floor(kCentre[b] / (rate / 2.0) * half), width = kWidth[b] / (rate / 2.0) * half;
      filters_[b].resize(half);
      for (int k = 0; k < half; ++k) {
        const double g = std::exp(-11.0 * std::pow((k - centre) / width, 2.0) + std::log(kWidth[0] / kWidth[b]));
        filters_[b][k] = g > least ? g : 0.0;
      }
    }
  }

  double operator()(const std::vector<double>& x, const std::vector<double>& y) {
    const Bands a = energies(x), b = energies(y);
    const auto weightA = weights(a), weightB = weights(b);
    double sum = 0.0, total = 0.0;
    for (int i = 0; i < kBands - 1; ++i) {
      const double w = (weightA[i] + weightB[i]) / 2.0, d = (a[i + 1] - a[i]) - (b[i + 1] - b[i]);
      sum += w * d * d;
      total += w;
    }
    return sum / total;
  }

 private:
  using Bands = std::array<double, kBands>;  // dB

  Bands energies(const std::vector<double>& x) {
    std::fill(time_.begin(), time_.end(), 0.0f);
    std::transform(x.begin(), x.end(), time_.begin(), [](double v) { return static_cast<float>(v); });
    fft_.forward(time_.data(), spectrum_.data());
    Bands db;
    for (int b = 0; b < kBands; ++b) {
      double sum = 0.0;
      for (size_t k = 0; k < filters_[b].size(); ++k) sum += filters_[b][k] * std::norm(spectrum_[k]);
      db[b] = 10.0 * std::log10(std::max(sum, kEnergyFloor));
    }
    return db;
  }

  /// Slopes near the loudest peak, and near a peak at all, weigh more (Klatt 1982, eqs. 2-4).
  static Bands weights(const Bands& db) {
    constexpr double kGlobal = 20.0, kLocal = 1.0;
    const double loudest = *std::max_element(db.begin(), db.end());
    Bands w{};
    for (int i = 0; i < kBands - 1; ++i) {
      int n = i;
      if (db[i + 1] > db[i]) {
        while (n < kBands - 1 && db[n + 1] > db[n]) ++n;
        n -= 1;
      } else {
        while (n >= 0 && db[n + 1] <= db[n]) --n;
        n += 1;
      }
      w[i] = kGlobal / (kGlobal + loudest - db[i]) * kLocal / (kLocal + db[n] - db[i]);
    }
    return w;
  }

  int frame_;
  RealFft fft_;
  std::vector<float> time_;
  std::vector<std::complex<float>> spectrum_;
  std::array<std::vector<double>, kBands> filters_;
};

}  // namespace

double logLikelihoodRatio(std::span<const float> reference, std::span<const float> estimate, int rate) {
  return meanOfBest(reference, estimate, rate, [](const std::vector<double>& x, const std::vector<double>& y) {
    const auto a = linearPrediction<kPoles>(x), b = linearPrediction<kPoles>(y);
    const double own = residual(a.predictor, a.autocorrelation), other = residual(b.predictor, a.autocorrelation);
    return own > 0.0 ? std::log(std::max(other / own, 1e-10)) : 0.0;
  });
}

double weightedSpectralSlope(std::span<const float> reference, std::span<const float> estimate, int rate) {
  return meanOfBest(reference, estimate, rate, SlopeDistance(rate));
}

Composite composite(std::span<const float> reference, std::span<const float> estimate, int rate, double pesqScore,
                    double segSnr) {
  const double llr = logLikelihoodRatio(reference, estimate, rate),
               wss = weightedSpectralSlope(reference, estimate, rate);
  const auto opinion = [](double score) { return std::isnan(score) ? score : std::clamp(score, 1.0, 5.0); };
  return {opinion(3.093 - 1.029 * llr + 0.603 * pesqScore - 0.009 * wss),  // Hu & Loizou 2008, table VI
          opinion(1.634 + 0.478 * pesqScore - 0.007 * wss + 0.063 * segSnr),
          opinion(1.594 + 0.805 * pesqScore - 0.512 * llr - 0.007 * wss)};
}

}  // namespace rinse
