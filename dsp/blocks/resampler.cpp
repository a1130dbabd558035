#include "blocks/resampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "blocks/f32x4.h"

namespace rinse {

namespace {

constexpr double kStopDb = 110.0;
constexpr int kMaxPhases = 2048;  // linear interpolation between so many rows errs below (pi / 2048)^2 / 8 = -130 dB

/// Modified Bessel function of the first kind, order 0, by its power series.
double besselI0(double x) {
  double sum = 1.0, term = 1.0;
  for (int k = 1; term > 1e-17 * sum; ++k) sum += term *= (x / (2 * k)) * (x / (2 * k));
  return sum;
}

/// Kaiser window of half width 1 at |t| <= 1, for kStopDb (beta by eq. 7.75).
double kaiser(double t) {
  static const double beta = 0.1102 * (kStopDb - 8.7);
  return std::abs(t) >= 1.0 ? 0.0 : besselI0(beta * std::sqrt(1.0 - t * t)) / besselI0(beta);
}

}  // namespace

Resampler::Resampler(int inRate, int outRate, int zeroCrossings, int outDelay, int inAdvance) {
  const int common = std::gcd(inRate, outRate);
  up_ = outRate / common;
  down_ = inRate / common;
  const double lower = std::min(1.0, static_cast<double>(outRate) / inRate);  // lower rate / input rate
  half_ = static_cast<int>(std::ceil(zeroCrossings / lower));
  // Eq. 7.76: the transition is (A - 8) / (2.285 * 2 * half) rad wide. The stop band begins at the lower Nyquist
  // frequency, so the cut-off (centre of the transition) lies half of that below it.
  const double transition =
      (kStopDb - 8.0) / (2.285 * 2.0 * half_) / std::numbers::pi;  // of the input's Nyquist frequency
  const double cutoff = std::max(lower - transition / 2.0, lower / 2.0);
  phases_ = std::min(up_, kMaxPhases);
  const int taps = 2 * half_;
  kernel_.resize(static_cast<size_t>(phases_ + 1) * taps);
  for (int row = 0; row <= phases_; ++row) {
    float* k = &kernel_[static_cast<size_t>(row) * taps];
    double sum = 0.0;
    for (int i = 0; i < taps; ++i) {
      const double t =
          (i - (half_ - 1)) - static_cast<double>(row) / phases_;  // input samples from the output's instant
      const double x = std::numbers::pi * cutoff * t;
      const double h = cutoff * (t == 0.0 ? 1.0 : std::sin(x) / x) * kaiser(t / half_);
      k[i] = static_cast<float>(h);
      sum += h;
    }
    for (int i = 0; i < taps; ++i) k[i] = static_cast<float>(k[i] / sum);  // every phase passes DC with gain one
  }
  start_ = -static_cast<int64_t>(outDelay) * down_ + static_cast<int64_t>(inAdvance) * up_;
  prepare(0);
}

void Resampler::prepare(int maxIn) {
  reset();
  history_.reserve(history_.size() + 2 * half_ + maxIn + static_cast<int64_t>(maxOutputs(maxIn)) * down_ / up_ +
                   4);  // what a limit leaves may be as much again
}

void Resampler::reset() {
  // history_ begins with zeros for the time before the signal: enough that the kernel of the first output fits.
  const int64_t before = half_ - 1 + (start_ < 0 ? (-start_ + up_ - 1) / up_ : 0);
  history_.assign(static_cast<size_t>(before), 0.0f);
  position_ = start_ + before * up_ - static_cast<int64_t>(half_ - 1) * up_;
}

int Resampler::maxOutputs(int count) const {
  return static_cast<int>((static_cast<int64_t>(count + 2 * half_) * up_) / down_) + 2;
}

float Resampler::interpolate(const float* x, int64_t phase) const noexcept {
  const int taps = 2 * half_;
  const auto dot = [&](int row) {
    const float* k = &kernel_[static_cast<size_t>(row) * taps];
    f32x4 acc = splat(0.0f);
    int i = 0;
    for (; i + 4 <= taps; i += 4) acc += load4(k + i) * load4(x + i);
    for (; i < taps; ++i) acc[0] += k[i] * x[i];
    return (acc[0] + acc[1]) + (acc[2] + acc[3]);
  };
  if (phases_ == up_) return dot(static_cast<int>(phase));
  const double row = static_cast<double>(phase) * phases_ / up_;
  const int below = static_cast<int>(row);
  const float part = static_cast<float>(row - below);
  return dot(below) * (1.0f - part) + dot(below + 1) * part;
}

int Resampler::process(const float* in, int count, float* out, int limit) noexcept {
  history_.insert(history_.end(), in, in + count);
  const int64_t last = static_cast<int64_t>(history_.size()) - 2 * half_;  // first tap of the newest complete output
  int made = 0;
  for (; made < limit && position_ / up_ <= last; position_ += down_) {
    out[made++] = interpolate(history_.data() + position_ / up_, position_ % up_);
  }
  const int64_t used = std::min<int64_t>(position_ / up_, static_cast<int64_t>(history_.size()));
  history_.erase(history_.begin(), history_.begin() + used);
  position_ -= used * up_;
  return made;
}

std::vector<float> resample(std::span<const float> in, int inRate, int outRate) {
  if (inRate == outRate) return {in.begin(), in.end()};
  Resampler converter(inRate, outRate, 100);
  const auto length = static_cast<size_t>((static_cast<int64_t>(in.size()) * outRate + inRate - 1) / inRate);
  const std::vector<float> silence(2 * converter.lookAhead(), 0.0f);  // brings out the end
  std::vector<float> out;
  out.reserve(length);
  constexpr size_t kPiece = 1 << 16;
  std::vector<float> made(converter.maxOutputs(std::max<int>(kPiece, static_cast<int>(silence.size()))));
  const auto feed = [&](std::span<const float> piece) {
    const int count = converter.process(piece.data(), static_cast<int>(piece.size()), made.data());
    out.insert(out.end(), made.begin(), made.begin() + count);
  };
  for (size_t at = 0; at < in.size(); at += kPiece) feed(in.subspan(at, std::min(kPiece, in.size() - at)));
  feed(silence);
  out.resize(length, 0.0f);
  return out;
}

}  // namespace rinse
