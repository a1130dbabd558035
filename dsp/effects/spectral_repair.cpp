#include "effects/spectral_repair.h"

#include <algorithm>
#include <cmath>

#include "blocks/window.h"

namespace rinse {

namespace {

constexpr float kLongest = 2.0f;  // seconds

const Param kTable[] = {
    {.id = "amount",
     .label = "Amount",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 1.0f,
     .help = "How much of what was there is replaced; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 1.0f},
    {.id = "start",
     .label = "From",
     .unit = "s",
     .min = 0.0f,
     .max = 36000.0f,
     .defaultValue = 0.0f,
     .help = "Where what is to go begins, seconds from the start of the recording."},
    {.id = "length",
     .label = "Length",
     .unit = "s",
     .min = 0.0f,
     .max = kLongest,
     .defaultValue = 0.0f,
     .help = "How long it lasts; 0 leaves everything as it is."},
    {.id = "low",
     .label = "Lowest",
     .unit = "Hz",
     .min = 0.0f,
     .max = 20000.0f,
     .defaultValue = 0.0f,
     .help = "Where it begins in frequency; what lies below is left alone."},
    {.id = "high",
     .label = "Highest",
     .unit = "Hz",
     .min = 100.0f,
     .max = 24000.0f,
     .defaultValue = 24000.0f,
     .help = "Where it ends in frequency; what lies above is left alone."},
};

constexpr double kFrameSeconds = 0.0427;  // 2048 samples at 48 kHz: harmonics of a voice apart
constexpr int kOverlap = 4;               // hops in a frame
constexpr int kContext = 16;              // frames before and after that it is filled from
constexpr float kLeast = 1e-14f;          // power

}  // namespace

const std::span<const Param> SpectralRepair::kParams = kTable;

void SpectralRepair::prepare(const Spec& spec) {
  spec_ = spec;
  hop_ = RealFft::fastSize(static_cast<int>(kFrameSeconds * spec.sampleRate)) / kOverlap;
  const RealFft& fft = fft_.emplace(kOverlap * hop_);
  ring_ = static_cast<int>(kLongest * spec.sampleRate / hop_) + 2 * kOverlap + 2 * kContext;
  window_ = hann(fft.size());
  time_.assign(fft.size(), 0.0f);
  spectrum_.assign(fft.bins(), {});
  input_.assign(spec.channels, std::vector<float>(fft.size()));
  added_ = input_;
  delayed_.assign(spec.channels, Delay(latency()));
  frames_.assign(static_cast<size_t>(spec.channels) * ring_ * fft.bins(), {});
  change_ = frames_;
  isChanged_.assign(ring_, false);
  reset();
}

void SpectralRepair::reset() noexcept {
  for (auto* all : {&input_, &added_})
    for (auto& x : *all) std::fill(x.begin(), x.end(), 0.0f);
  for (Delay& d : delayed_) d.reset();
  std::fill(frames_.begin(), frames_.end(), Complex{});
  std::fill(isChanged_.begin(), isChanged_.end(), false);
  frame_ = 0;
  filled_ = 0;
  seed_ = 1;
}

void SpectralRepair::process(Block b) noexcept {
  const float amount = get(kAmount);
  for (int from = 0; from < b.frames;) {
    const int count = std::min(hop_ - filled_, b.frames - from);
    for (int c = 0; c < b.channels; ++c) {
      std::copy_n(b[c] + from, count, input_[c].end() - hop_ + filled_);
      delayed_[c].process(b[c] + from, b[c] + from, count);
      for (int i = 0; i < count; ++i) b[c][from + i] += amount * added_[c][filled_ + i];
    }
    from += count, filled_ += count;
    if (filled_ < hop_) continue;
    filled_ = 0;
    frame();
  }
}

void SpectralRepair::frame() noexcept {
  for (int c = 0; c < spec_.channels; ++c) {
    for (size_t i = 0; i < window_.size(); ++i) time_[i] = input_[c][i] * window_[i];
    std::copy(input_[c].begin() + hop_, input_[c].end(), input_[c].begin());
    fft_->forward(time_.data(), bin(c, frame_, 0));
  }
  isChanged_[frame_ % ring_] = false;
  // Frames that hold a quarter and more of the rectangle's samples: frame t covers the hops t - 3 to t.
  const double start = get(kStart) * spec_.sampleRate / hop_, end = start + get(kLength) * spec_.sampleRate / hop_;
  const auto first = static_cast<long>(std::floor(start)), last = static_cast<long>(std::ceil(end)) + kOverlap - 2;
  if (get(kLength) > 0.0f && frame_ == last + kContext && last - first + 2 * kContext < ring_) fill(first, last);
  // The oldest frame leaves.
  for (auto& added : added_) {
    std::copy(added.begin() + hop_, added.end(), added.begin());
    std::fill(added.end() - hop_, added.end(), 0.0f);
  }
  if (const long oldest = frame_ - (ring_ - 1); oldest >= 0 && isChanged_[oldest % ring_]) synthesize(oldest);
  ++frame_;
}

void SpectralRepair::fill(long first, long last) noexcept {
  const double binHz = spec_.sampleRate / fft_->size();
  const int low = static_cast<int>(std::ceil(get(kLow) / binHz)),
            high = std::min(fft_->bins() - 1, static_cast<int>(get(kHigh) / binHz));
  for (long t = first; t <= last; ++t) {
    isChanged_[t % ring_] = true;
    for (int c = 0; c < spec_.channels; ++c)
      std::fill_n(&change_[(static_cast<size_t>(c) * ring_ + t % ring_) * fft_->bins()], fft_->bins(), Complex{});
  }
  for (int c = 0; c < spec_.channels; ++c) {
    for (int k = low; k <= high; ++k) fillBin(c, k, first, last);
  }
}

void SpectralRepair::fillBin(int c, int k, long first, long last) noexcept {
  /// How a bin goes on: z[t] = turn * z[t - 1], from the context beside the rectangle; and its mean power.
  struct Side {
    Complex turn;
    float power;
  };
  const auto listen = [&](long edge, int step) {  // the context begins at the edge and leads away from it
    Complex cross = 0.0f;
    float power = 0.0f, shifted = 0.0f;
    for (int i = 0; i < kContext; ++i) {
      const long t = edge + static_cast<long>(i) * step;
      if (t < 0) break;
      const Complex z = *bin(c, t, k);
      power += std::norm(z) / kContext;
      if (i + 1 == kContext || t + step < 0) continue;
      const Complex beyond = *bin(c, t + step, k);
      cross += z * std::conj(beyond);
      shifted += std::norm(beyond);
    }
    Complex turn = shifted > kLeast ? cross / shifted : Complex{};
    if (std::abs(turn) > 1.0f) turn /= std::abs(turn);
    return Side{turn, power};
  };
  const Side before = listen(first - 1, -1), after = listen(last + 1, 1);
  // One side may be silence: the recording begins or ends there.
  const float a = std::max(before.power > kLeast ? before.power : after.power, kLeast),
              b = std::max(after.power > kLeast ? after.power : before.power, kLeast);
  const auto count = static_cast<float>(last - first + 2);
  Complex forward = first > 0 ? *bin(c, first - 1, k) : Complex{};
  for (long t = first; t <= last; ++t) {
    forward *= before.turn;
    const float part = static_cast<float>(t - first + 1) / count;
    change_[(static_cast<size_t>(c) * ring_ + t % ring_) * fft_->bins() + k] = (1.0f - part) * forward;
  }
  Complex backward = *bin(c, last + 1, k);
  for (long t = last; t >= first; --t) {
    backward *= after.turn;
    const float part = static_cast<float>(t - first + 1) / count;
    Complex& change = change_[(static_cast<size_t>(c) * ring_ + t % ring_) * fft_->bins() + k];
    const Complex tonal = change + part * backward;
    const float power = a * std::pow(b / a, part), missing = std::max(0.0f, power - std::norm(tonal));
    const float re = noise(), im = noise();  // in this order on every compiler
    const Complex filled = tonal + std::sqrt(0.5f * missing) * Complex(re, im);
    change = filled - *bin(c, t, k);
  }
}

void SpectralRepair::synthesize(long t) noexcept {
  // Hann twice with four hops to a frame adds up to 3/2; KissFFT's inverse is unscaled.
  const float scale = 1.0f / (1.5f * static_cast<float>(fft_->size()));
  for (int c = 0; c < spec_.channels; ++c) {
    const Complex* from = &change_[(static_cast<size_t>(c) * ring_ + t % ring_) * fft_->bins()];
    fft_->inverse(from, time_.data());
    for (size_t i = 0; i < window_.size(); ++i) added_[c][i] += time_[i] * window_[i] * scale;
  }
}

/// Uniform, of variance one.
float SpectralRepair::noise() noexcept {
  seed_ = seed_ * 1664525u + 1013904223u;
  return (static_cast<float>(seed_ >> 8) / 8388608.0f - 1.0f) * 1.7320508f;
}

}  // namespace rinse
