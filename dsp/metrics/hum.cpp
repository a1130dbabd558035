#include "metrics/hum.h"

#include <algorithm>
#include <cmath>

#include "blocks/window.h"

namespace rinse {

namespace {

constexpr int kRate = 2000;   // Hz: harmonics up to 900 Hz
constexpr int kFrame = 4096;  // 2 s: lines of mains drift less than a bin in it
constexpr int kHop = kFrame / 2;
constexpr double kBinHz = static_cast<double>(kRate) / kFrame;
constexpr double kLowestHz = 40.0, kHighestHz = 400.0, kTopHz = 900.0;
constexpr int kNeighbours = 30,
              kGap = 4;               // bins to each side that make up the neighbourhood, and that belong to the line
constexpr double kStandsOut = 9.0;    // dB
constexpr double kMissing = 6.0;      // dB: what a harmonic that is not there takes from the score
constexpr double kConvincing = 20.0;  // dB in all, over what stands out
constexpr int kFewestFrames = 3;

}  // namespace

HumDetector::HumDetector(int sampleRate)
    : resampler_(sampleRate, kRate, 32),
      fft_(kFrame),
      window_(hann(kFrame)),
      time_(kFrame),
      spectrum_(fft_.bins()),
      power_(fft_.bins(), 0.0),
      log_(fft_.bins(), 0.0) {}

void HumDetector::add(const float* samples, int count) {
  piece_.resize(resampler_.maxOutputs(count));
  const int made = resampler_.process(samples, count, piece_.data());
  low_.insert(low_.end(), piece_.begin(), piece_.begin() + made);
  while (static_cast<int>(low_.size()) >= kFrame) {
    analyse();
    low_.erase(low_.begin(), low_.begin() + kHop);
  }
}

void HumDetector::analyse() {
  for (int i = 0; i < kFrame; ++i) time_[i] = window_[i] * low_[i];
  fft_.forward(time_.data(), spectrum_.data());
  for (int k = 0; k < fft_.bins(); ++k) {
    const double p = std::norm(spectrum_[k]);
    power_[k] += p;
    heard_ = heard_ || p > 0.0;
    log_[k] += 10.0 * std::log10(p + 1e-12);
  }
  ++frames_;
}

double HumDetector::prominence(int bin) const {
  std::vector<double> around;
  for (int k = std::max(1, bin - kNeighbours); k <= std::min(bin + kNeighbours, fft_.bins() - 1); ++k) {
    if (std::abs(k - bin) >= kGap) around.push_back(log_[k]);
  }
  std::nth_element(around.begin(), around.begin() + static_cast<std::ptrdiff_t>(around.size() / 2), around.end());
  return (log_[bin] - around[around.size() / 2]) / frames_;
}

int HumDetector::line(double hz) const {
  const int near = static_cast<int>(std::lround(hz / kBinHz));
  return static_cast<int>(std::max_element(log_.begin() + near - 1, log_.begin() + near + 2) - log_.begin());
}

Hum HumDetector::result() const {
  if (frames_ < kFewestFrames) return {};
  std::vector<double> above(fft_.bins(), 0.0);  // what stands out, dB
  for (int k = 4; k < fft_.bins() - kNeighbours; ++k) above[k] = prominence(k) - kStandsOut;
  double best = 0.0, bestHz = 0.0;
  for (double hz = kLowestHz; hz <= kHighestHz; hz += kBinHz / 8.0) {
    double score = 0.0, soFar = 0.0;
    for (int h = 1; h * hz <= kTopHz; ++h) {
      const double a = above[line(h * hz)];
      soFar += a > 0.0 ? a : -kMissing;
      score = std::max(score, soFar);  // up to the highest harmonic that helps
    }
    if (score > best) best = score, bestHz = hz;
  }
  if (best < kConvincing) return {};
  Hum found;
  double weights = 0.0, sum = 0.0, energy = 0.0;
  for (int h = 1; h * bestHz <= kTopHz; ++h) {
    const int bin = line(h * bestHz);
    if (above[bin] <= 0.0) continue;
    ++found.harmonics;
    // The line's own frequency, by a parabola through the logarithms (Smith & Serra 1987).
    const double l = log_[bin - 1], c = log_[bin], r = log_[bin + 1], shift = 0.5 * (l - r) / (l - 2.0 * c + r);
    weights += above[bin] * h;
    sum += above[bin] * (bin + shift) * kBinHz;
    for (int k = bin - 1; k <= bin + 1; ++k) energy += power_[k] / frames_;
  }
  found.hz = sum / weights;
  found.db = 10.0 * std::log10(energy / (0.1875 * kFrame * kFrame) +
                               1e-20);  // three bins of a Hann window hold 3/16 N^2 of the mean square
  return found;
}

}  // namespace rinse
