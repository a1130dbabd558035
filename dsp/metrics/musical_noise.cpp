#include "metrics/musical_noise.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

#include "blocks/fft.h"
#include "blocks/window.h"

namespace rinse {

namespace {

constexpr double kFrameSeconds = 0.032;
constexpr double kNoiseOverVoice = 10.0;  // power
constexpr int kFewestFrames = 20;
constexpr double kLowHz = 100.0, kHighHz = 8000.0;
constexpr double kFloor = 1e-10;         // of a frame's mean power: what was set to zero stays finite
constexpr double kPitchSeconds = 0.001;  // quefrencies below are the envelope
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Over time, for one signal: the second and fourth moments of each bin's power, and the cepstral peaks.
class Peakiness {
 public:
  Peakiness(int frame, int rate)
      : fft_(frame),
        quefrency_(static_cast<int>(kPitchSeconds * rate)),
        second_(fft_.bins(), 0.0),
        fourth_(fft_.bins(), 0.0),
        time_(frame),
        spectrum_(fft_.bins()) {}

  void add(const float* x, const std::vector<float>& window) {
    for (int i = 0; i < fft_.size(); ++i) time_[i] = x[i] * window[i];
    fft_.forward(time_.data(), spectrum_.data());
    double mean = 0.0;
    for (int k = 0; k < fft_.bins(); ++k) {
      const double p = std::norm(spectrum_[k]);
      second_[k] += p * p, fourth_[k] += p * p * p * p;
      mean += p / fft_.bins();
    }
    silent_ = silent_ && !(mean > 0.0);
    for (auto& s : spectrum_) s = static_cast<float>(std::log(std::norm(s) + kFloor * mean + 1e-30));
    fft_.inverse(spectrum_.data(), time_.data());
    float peak = 0.0f;
    for (int q = quefrency_; q <= fft_.size() / 2; ++q) peak = std::max(peak, std::abs(time_[q]));
    peaks_ += peak;
    ++count_;
  }

  bool silent() const { return silent_; }
  double kurtosis(int k) const { return fourth_[k] * count_ / std::max(second_[k] * second_[k], 1e-300); }
  double peak() const { return peaks_ / count_; }

 private:
  RealFft fft_;
  int quefrency_;
  std::vector<double> second_, fourth_;
  std::vector<float> time_;
  std::vector<std::complex<float>> spectrum_;
  double peaks_ = 0.0;
  int count_ = 0;
  bool silent_ = true;
};

}  // namespace

MusicalNoise musicalNoise(std::span<const float> clean, std::span<const float> noisy, std::span<const float> estimate,
                          int rate) {
  const int frame = RealFft::fastSize(static_cast<int>(kFrameSeconds * rate)), hop = frame / 2;
  const int n = static_cast<int>(std::min({clean.size(), noisy.size(), estimate.size()}));
  const std::vector<float> w = hann(frame);
  Peakiness before(frame, rate), after(frame, rate);
  int frames = 0;
  for (int at = 0; at + frame <= n; at += hop) {
    double voice = 0.0, noise = 0.0;
    for (int i = at; i < at + frame; ++i) {
      const double d = noisy[i] - clean[i];
      voice += static_cast<double>(clean[i]) * clean[i], noise += d * d;
    }
    if (!(noise > kNoiseOverVoice * voice) || !(noise > 0.0)) continue;
    before.add(&noisy[at], w);
    after.add(&estimate[at], w);
    ++frames;
  }
  if (frames < kFewestFrames || after.silent()) return {kNone, kNone};
  const int low = static_cast<int>(std::ceil(kLowHz * frame / rate)),
            high = std::min(static_cast<int>(kHighHz * frame / rate), frame / 2 - 1);
  double sum = 0.0;
  for (int k = low; k <= high; ++k) sum += std::log(after.kurtosis(k) / before.kurtosis(k));
  return {sum / (high - low + 1), 20.0 * std::log10(after.peak() / before.peak())};
}

}  // namespace rinse
