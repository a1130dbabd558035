#include "effects/dereverb_offline.h"

#include <algorithm>
#include <cmath>

#include "blocks/window.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "amount",
     .label = "Amount",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 1.0f,
     .help = "How much of the reverberation that was found is taken away; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 1.0f},
    {.id = "taps",
     .label = "Length",
     .unit = "frames",
     .min = 1.0f,
     .max = 20.0f,
     .defaultValue = 20.0f,
     .help = "How far back reverberation is looked for, frames of 8 ms; longer for larger rooms. Several channels "
             "share 80."},
    {.id = "delay",
     .label = "Spared",
     .unit = "frames",
     .min = 4.0f,
     .max = 16.0f,
     .defaultValue = 7.0f,
     .help = "How much after each sound is left alone, frames of 8 ms: the voice itself and the first reflections."},
    {.id = "iterations",
     .label = "Iterations",
     .unit = "",
     .min = 1.0f,
     .max = 8.0f,
     .defaultValue = 6.0f,
     .help = "How often what was found is found better; each takes as long as the first."},
};

constexpr double kHopSeconds = 0.008, kTopHz = 8000.0;
constexpr int kOverlap = 4;  // hops in a frame
constexpr int kMostTaps = 20, kMostDelay = 16, kMostLength = 80;

}  // namespace

const std::span<const Param> DereverbOffline::kParams = kTable;

void DereverbOffline::prepare(const Spec& spec) {
  spec_ = spec;
  hop_ = RealFft::fastSize(static_cast<int>(kHopSeconds * kOverlap * spec.sampleRate)) / kOverlap;
  const RealFft& fft = fft_.emplace(kOverlap * hop_);
  window_ = hann(fft.size());
  bins_ = std::min(fft.bins(), static_cast<int>(kTopHz * fft.size() / spec.sampleRate) + 1);
  before_ = kMostTaps + kMostDelay;
  time_.assign(fft.size(), 0.0f);
  spectrum_.assign(fft.bins(), {});
  input_.assign(spec.channels, std::vector<float>(fft.size()));
  delayed_.assign(spec.channels, Delay(latency()));
  late_.assign(spec.channels, std::vector<float>(static_cast<size_t>(kStep + 2 * kOverlap) * hop_));
  heard_.assign(static_cast<size_t>(bins_) * (before_ + kStretch) * spec.channels, {});
  found_.assign(static_cast<size_t>(bins_) * kStretch * spec.channels, {});
  now_.assign(static_cast<size_t>(kStretch) * spec.channels, {});
  wpe_.prepare(spec.channels, std::min(kMostTaps, kMostLength / spec.channels), kStretch);
  reset();
}

void DereverbOffline::reset() noexcept {
  for (auto& x : input_) std::fill(x.begin(), x.end(), 0.0f);
  for (auto& x : late_) std::fill(x.begin(), x.end(), 0.0f);
  for (Delay& d : delayed_) d.reset();
  std::fill(heard_.begin(), heard_.end(), std::complex<float>{});
  std::fill(found_.begin(), found_.end(), std::complex<float>{});
  filled_ = frames_ = 0;
  read_ = 0;
}

void DereverbOffline::process(Block b) noexcept {
  const size_t ring = late_[0].size();
  for (int from = 0; from < b.frames;) {
    const int count = std::min(hop_ - filled_, b.frames - from);
    for (int c = 0; c < b.channels; ++c) {
      std::copy_n(b[c] + from, count, input_[c].end() - hop_ + filled_);
      delayed_[c].process(b[c] + from, b[c] + from, count);
      for (int i = 0; i < count; ++i) {
        float& late = late_[c][(read_ + i) % ring];
        b[c][from + i] -= late;
        late = 0.0f;
      }
    }
    from += count, filled_ += count, read_ += count;
    if (filled_ < hop_) continue;
    filled_ = 0;
    frame();
  }
}

void DereverbOffline::frame() noexcept {
  const int channels = spec_.channels, kept = before_ + kStretch, at = before_ + kStep + frames_;
  for (int c = 0; c < channels; ++c) {
    for (size_t i = 0; i < window_.size(); ++i) time_[i] = input_[c][i] * window_[i];
    std::copy(input_[c].begin() + hop_, input_[c].end(), input_[c].begin());
    fft_->forward(time_.data(), spectrum_.data());
    for (int k = 0; k < bins_; ++k) heard_[(static_cast<size_t>(k) * kept + at) * channels + c] = spectrum_[k];
  }
  if (++frames_ < kStep) return;
  frames_ = 0;
  stretch();
}

/// Looks at the newest kStretch frames; what two stretches find in the frames that they share is cross-faded.
void DereverbOffline::stretch() noexcept {
  const int channels = spec_.channels, kept = before_ + kStretch;
  const int taps = std::min(static_cast<int>(get(kTaps)), kMostLength / channels);
  for (int k = 0; k < bins_; ++k) {
    std::complex<float>* x = &heard_[static_cast<size_t>(k) * kept * channels];
    std::complex<float>* sum = &found_[static_cast<size_t>(k) * kStretch * channels];
    wpe_.process(x, before_, taps, static_cast<int>(get(kDelay)), static_cast<int>(get(kIterations)), now_.data());
    for (int t = 0; t < kStretch; ++t) {
      const float rising = (static_cast<float>(t % kStep) + 0.5f) / kStep, weight = t < kStep ? rising : 1.0f - rising;
      for (int c = 0; c < channels; ++c) {
        // No more is taken than there is: a wrong prediction must not add.
        std::complex<float> late = now_[t * channels + c];
        const float limit = std::abs(x[(before_ + t) * channels + c]), size = std::abs(late);
        if (size > limit) late *= limit / size;
        sum[t * channels + c] += weight * late;
      }
    }
    std::copy(x + kStep * channels, x + kept * channels, x);
  }
  for (int t = 0; t < kStep; ++t) synthesize(t);
  for (int k = 0; k < bins_; ++k) {
    std::complex<float>* sum = &found_[static_cast<size_t>(k) * kStretch * channels];
    std::copy(sum + kStep * channels, sum + kStretch * channels, sum);
    std::fill(sum + kStep * channels, sum + kStretch * channels, std::complex<float>{});
  }
}

/// Adds a frame's late reverberation to what will be subtracted. Frame t of the finished ones is read from now on.
void DereverbOffline::synthesize(int t) noexcept {
  const int channels = spec_.channels;
  const size_t ring = late_[0].size();
  // Hann twice with four hops to a frame adds up to 3/2; KissFFT's inverse is unscaled.
  const float scale = get(kAmount) / (1.5f * static_cast<float>(fft_->size()));
  for (int c = 0; c < channels; ++c) {
    std::fill(spectrum_.begin(), spectrum_.end(), std::complex<float>{});
    for (int k = 0; k < bins_; ++k) spectrum_[k] = found_[(static_cast<size_t>(k) * kStretch + t) * channels + c];
    fft_->inverse(spectrum_.data(), time_.data());
    for (size_t i = 0; i < window_.size(); ++i)
      late_[c][(read_ + static_cast<size_t>(t) * hop_ + i) % ring] += time_[i] * window_[i] * scale;
  }
}

}  // namespace rinse
