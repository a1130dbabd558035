#include "metrics/pesq/perceptual_model.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "blocks/correlation.h"
#include "blocks/fft.h"
#include "blocks/window.h"
#include "metrics/pesq/bark.h"

namespace rinse::pesq {

namespace {

constexpr double kBadFrame = 30.0;  // disturbance: as if misaligned
constexpr double kMostDisturbance = 45.0;
constexpr int kShortestBad = 5;            // frames
constexpr int kRealignReach = 4 * kFrame;  // samples

/// Frame by frame: power densities, then disturbances.
class Model {
 public:
  Model(const Padded& reference, const Padded& degraded, const std::vector<Utterance>& utterances)
      : x_(reference),
        utterances_(utterances),
        longest_(std::max(reference.length, degraded.length)),
        y_(aligned(degraded)) {
    findEnds();
    powerX_.resize(frames_), powerY_.resize(frames_), symmetric_.resize(frames_), asymmetric_.resize(frames_);
  }

  Disturbance run(const Padded& degraded) {
    const int end = longest_ + 2 * kPad + kTail;
    for (int f = 0; f < frames_; ++f) {
      const int at = kPad + f * kHop, lagged = at + delayAt(at);
      powerX_[f] = power(x_.x, at);
      powerY_[f] = lagged > 0 && lagged + kFrame < end ? power(degraded.x, lagged) : BarkFrame{};
    }
    compensateResponse();
    disturb(0, frames_, [](double, double now) { return now; });
    skipOverlaps();
    realign();
    return {overTime(symmetric_), overTime(asymmetric_)};
  }

 private:
  int delayAt(int sample) const {
    for (auto u = utterances_.rbegin(); u != utterances_.rend(); ++u) {
      if (u->start * kWindow <= sample) return u->delay;
    }
    return utterances_.front().delay;
  }

  /// The degraded signal with every sample where the reference has it.
  std::vector<float> aligned(const Padded& degraded) const {
    const int n = longest_ + 2 * kPad + kTail;
    std::vector<float> y(n, 0.0f);
    for (int i = kPad; i < n - kPad; ++i) {
      const size_t from = std::clamp(i + delayAt(i), kPad, n - kPad - 1);
      y[i] = from < degraded.x.size() ? degraded.x[from] : 0.0f;
    }
    return y;
  }

  /// The first and the last frame with any sound: five samples in a row that add up to 500.
  void findEnds() {
    const auto quiet = [&](int at) {
      double sum = 0.0;
      for (int i = 0; i < 5; ++i) sum += sample(x_.x, at + i);
      return sum < 500.0;
    };
    const int n = longest_ + kTail, most = (longest_ + 2 * kPad) / 2;
    int before = 0, behind = 0;
    while (before < most && quiet(kPad + before)) ++before;
    while (behind < most && quiet(kPad + n - 5 - behind)) ++behind;
    firstFrame_ = before / kHop;
    frames_ = std::max((n - behind) / kHop, 1);
  }
  static double sample(const std::vector<float>& x, int at) {
    return at < static_cast<int>(x.size()) ? std::abs(x[at]) : 0.0;
  }

  BarkFrame power(const std::vector<float>& x, int at) {
    for (int i = 0; i < kFrame; ++i) time_[i] = at + i < static_cast<int>(x.size()) ? x[at + i] * window_[i] : 0.0f;
    fft_.forward(time_.data(), spectrum_.data());
    for (int k = 0; k < kFrame / 2; ++k) bins_[k] = std::norm(spectrum_[k]);
    bins_[0] = 0.0f;
    return barkPower(bins_);
  }

  /// Steady filtering is minded little: the reference gets the response of the system, within 20 dB (section 10.2.4).
  void compensateResponse() {
    BarkFrame response;
    for (int b = 0; b < kBands; ++b) {
      double sumX = 0.0, sumY = 0.0;
      for (int f = 0; f < frames_; ++f) {
        if (audiblePower(powerX_[f], 100.0) < 1e7) continue;  // silence
        const double least = 100.0 * kBark[b].hearingThreshold;
        if (powerX_[f][b] > least) sumX += powerX_[f][b];
        if (powerY_[f][b] > least) sumY += powerY_[f][b];
      }
      const double count = (longest_ + kTail) / kHop - 1;
      response[b] = static_cast<float>(std::clamp((sumY / count + 1000.0) / (sumX / count + 1000.0), 0.01, 100.0));
    }
    for (BarkFrame& frame : powerX_) {
      for (int b = 0; b < kBands; ++b) frame[b] *= response[b];
    }
  }

  /// Disturbances of frames [from, to); `keep(before, now)` says what stays of an earlier and a new value.
  template <class Keep>
  void disturb(int from, int to, Keep keep) {
    double lastGain = 1.0;
    for (int f = from; f < to; ++f) {
      // Short-term gain changes are minded little: the degraded signal follows the reference's level (section 10.2.5).
      double gain = (audiblePower(powerX_[f], 1.0) + 5e3) / (audiblePower(powerY_[f], 1.0) + 5e3);
      if (f > 0) gain = 0.2 * lastGain + 0.8 * gain;
      lastGain = gain;
      gain = std::clamp(gain, 3e-4, 5.0);
      for (float& p : powerY_[f]) p *= static_cast<float>(gain);
      const BarkFrame loudX = loudness(powerX_[f]), loudY = loudness(powerY_[f]);
      BarkFrame difference;
      for (int b = 0; b < kBands; ++b) {  // small differences are masked (section 10.2.7)
        const float d = loudY[b] - loudX[b], dead = 0.25f * std::min(loudX[b], loudY[b]);
        difference[b] = std::copysign(std::max(std::abs(d) - dead, 0.0f), d);
      }
      symmetric_[f] = keep(symmetric_[f], overBands(difference, 2.0));
      for (int b = 0; b < kBands; ++b) {  // what is added is minded more than what is missing (section 10.2.8)
        const double factor = std::pow((powerY_[f][b] + 50.0) / (powerX_[f][b] + 50.0), 1.2);
        difference[b] *= factor < 3.0 ? 0.0f : static_cast<float>(std::min(factor, 12.0));
      }
      asymmetric_[f] = keep(asymmetric_[f], overBands(difference, 1.0));
    }
  }

  static double overBands(const BarkFrame& difference, double p) {
    double sum = 0.0, width = 0.0;
    for (int b = 1; b < kBands; ++b) {
      sum += std::pow(std::abs(difference[b]) * kBark[b].widthBark, p);
      width += kBark[b].widthBark;
    }
    return std::pow(sum / width, 1.0 / p) * width;
  }

  /// Where the delay falls by more than half a frame, frames would be compared twice: they don't count
  /// (section 10.2.9).
  void skipOverlaps() {
    for (size_t u = 1; u < utterances_.size(); ++u) {
      const Utterance &before = utterances_[u - 1], &now = utterances_[u];
      const int jump = now.delay - before.delay;
      if (jump >= -kHop) continue;
      const auto frameOf = [](int window, int samples) { return ((window * kWindow - kPad) + samples) / kHop; };
      const int first = std::max(std::min(frameOf(now.start, now.delay), frameOf(before.end, before.delay)), 0);
      const int last = std::min(frameOf(now.start, -jump) + 1, frames_ - 2);
      for (int f = first; f <= last; ++f) symmetric_[f] = asymmetric_[f] = 0.0;
    }
  }

  /// Stretches of very bad frames are aligned once more, and the better of both results counts (section 10.2.12).
  void realign() {
    std::vector<bool> bad(frames_), smeared(frames_);
    for (int f = 1; f < frames_; ++f) bad[f] = symmetric_[f] > kBadFrame;
    for (int f = 2; f < frames_ - 3; ++f) {  // gaps of up to two frames are closed
      smeared[f] = (bad[f] || bad[f - 1] || bad[f - 2]) && (bad[f] || bad[f + 1] || bad[f + 2]);
    }
    std::vector<float> shifted = y_;
    struct Stretch {
      int from, to;
    };
    std::vector<Stretch> stretches;
    for (int from = 0; from < frames_; ++from) {
      if (!smeared[from]) continue;
      int to = from;
      while (to < frames_ && smeared[to]) ++to;
      if (to < frames_ && to - from >= kShortestBad) stretches.push_back({from, to});
      from = to;
    }
    for (const auto [from, to] : stretches) {
      const int first = kPad + from * kHop, last = kPad + to * kHop + kFrame, delay = delayOfStretch(first, last);
      for (int i = first; i < last; ++i) shifted[i] = y_[std::clamp(i + delay, 0, longest_ + 2 * kPad - 1)];
    }
    for (const auto [from, to] : stretches) {
      for (int f = from; f < to; ++f) powerY_[f] = power(shifted, kPad + f * kHop);
      disturb(from, to, [](double before, double now) { return std::min(before, now); });
    }
  }

  /// The delay of samples [first, last), by the envelopes' correlation; 0 where that is below one half.
  int delayOfStretch(int first, int last) const {
    std::vector<float> x(last - first + 2 * kRealignReach, 0.0f), y(x.size());
    double powerX = 0.0, powerY = 0.0;
    for (size_t i = 0; i < x.size(); ++i) {
      const int at = first - kRealignReach + static_cast<int>(i);
      if (at >= first && at < last) x[i] = static_cast<float>(sample(x_.x, at));
      y[i] = std::abs(y_[std::clamp(at, kPad, longest_ + kPad + kTail - 1)]);
      powerX += static_cast<double>(x[i]) * x[i], powerY += static_cast<double>(y[i]) * y[i];
    }
    const double norm = std::sqrt(powerX * powerY);
    if (!(norm > 0.0)) return 0;
    const auto r = crossCorrelation(x, y);
    const auto zero = r.begin() + static_cast<std::ptrdiff_t>(x.size()) - 1;
    const auto most = std::max_element(zero - kRealignReach, zero + kRealignReach);
    return *most / norm < 0.5 ? 0 : static_cast<int>(most - zero);
  }

  /// Loud frames count a little less (10.2.10), syllables by their worst part (L6), syllables together as L2; in long
  /// recordings the beginning is half forgotten (10.2.13).
  double overTime(const std::vector<double>& disturbance) const {
    constexpr int kSyllable = 20;  // frames
    const int count = longest_ / kHop - 1;
    const double forgotten = frames_ > 1000 ? std::min((count - 1000.0) / 5500.0, 0.5) : 0.0;
    std::vector<double> weighted(frames_);
    for (int f = 0; f < frames_; ++f) {
      const double level = std::pow((audiblePower(powerX_[f], 1.0) + 1e5) / 1e7, 0.04);
      weighted[f] = std::pow(std::min(disturbance[f] / level, kMostDisturbance), 6.0);
    }
    double sum = 0.0, weights = 0.0;
    for (int s = firstFrame_; s < frames_; s += kSyllable / 2) {
      double worst = 0.0;
      for (int f = s; f < std::min(s + kSyllable, frames_); ++f) worst += weighted[f] / kSyllable;
      const double weight = 1.0 - forgotten + forgotten * (s - firstFrame_) / count;
      sum += std::pow(weight * std::pow(worst, 1.0 / 6.0), 2.0);
      weights += weight * weight;
    }
    return weights > 0.0 ? std::sqrt(sum / weights) : 0.0;
  }

  const Padded& x_;
  const std::vector<Utterance>& utterances_;
  int longest_;  // samples
  std::vector<float> y_;
  int firstFrame_ = 0, frames_ = 0;
  std::vector<BarkFrame> powerX_, powerY_;      // [frames_]
  std::vector<double> symmetric_, asymmetric_;  // [frames_]
  RealFft fft_{kFrame};
  std::vector<float> window_ = hann(kFrame), time_ = std::vector<float>(kFrame), bins_ = std::vector<float>(kFrame / 2);
  std::vector<std::complex<float>> spectrum_ = std::vector<std::complex<float>>(kFrame / 2 + 1);
};

}  // namespace

Disturbance compare(const Padded& reference, const Padded& degraded, const std::vector<Utterance>& utterances) {
  return Model(reference, degraded, utterances).run(degraded);
}

}  // namespace rinse::pesq
