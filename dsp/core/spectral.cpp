#include "core/spectral.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rinse {

namespace {

constexpr float kTiny = 1e-15f;  // -300 dB full scale: its square is a normal number

// Whole samples, rounded down so that the latency never exceeds the nominal one; two at least, for absurd rates.
int hopFor(double seconds, double sampleRate) { return std::max(2, static_cast<int>(seconds * sampleRate + 1e-9)); }

void mixInto(std::vector<std::complex<float>>& x, const std::vector<std::complex<float>>& dry, float wet) noexcept {
  for (size_t k = 0; k < x.size(); ++k) x[k] = dry[k] + wet * (x[k] - dry[k]);
}

}  // namespace

void Spectral::prepare(const Spec& spec) {
  if (kind_ != FrameKind::LowLatency) {
    windows_ = squareRootHann(hopFor(kind_ == FrameKind::Long ? 0.064 : 0.010, spec.sampleRate));
  } else {
    const int hop = hopFor(0.005, spec.sampleRate);
    windows_ = asymmetricHann(4 * hop, hop);
  }
  const int frame = static_cast<int>(windows_.analysis.size());
  const RealFft& fft = fft_.emplace(RealFft::fastSize(frame));
  for (float& w : windows_.synthesis) w /= static_cast<float>(fft.size());  // KissFFT's inverse is unscaled
  time_.assign(fft.size(), 0.0f);
  channels_.assign(spec.channels,
                   {std::vector<float>(frame), std::vector<float>(2 * windows_.hop), std::vector<float>(windows_.hop),
                    std::vector<std::complex<float>>(fft.bins()), std::vector<std::complex<float>>(fft.bins())});
  const double hopSeconds = windows_.hop / spec.sampleRate;
  const double energy =
      std::inner_product(windows_.analysis.begin(), windows_.analysis.end(), windows_.analysis.begin(), 0.0);
  for (Slot& slot : slots_) {
    slot.effect->prepare({spec.sampleRate, spec.channels, fft.size(), fft.bins(), hopSeconds, energy});
    slot.wet.prepare(slot.target, 2);
    slot.waiting.assign(static_cast<size_t>(slot.effect->lookAhead()) * spec.channels * fft.bins(), {});
    slot.oldest = 0;
  }
  revises_ = !slots_.empty() && slots_.back().effect->revises();
  if (revises_) {
    for (Channel& c : channels_) c.before.assign(fft.bins(), {}), c.again = c.before;
    // Half a hop: no step where the second thoughts begin, and (train split's exam) PESQ as high as without a glide.
    arrival_.assign(windows_.hop, 1.0f);
    const std::vector<float> glide = hann(2 * (windows_.hop / 2));
    std::copy_n(glide.begin(), windows_.hop / 2, arrival_.begin());
  }
  filled_ = 0;
}

void Spectral::reset() noexcept {
  for (Channel& c : channels_) {
    std::fill(c.input.begin(), c.input.end(), 0.0f);
    std::fill(c.overlap.begin(), c.overlap.end(), 0.0f);
    std::fill(c.ready.begin(), c.ready.end(), 0.0f);
    std::fill(c.before.begin(), c.before.end(), std::complex<float>{});
  }
  for (Slot& slot : slots_) {
    slot.effect->reset();
    slot.wet.jump();
    std::fill(slot.waiting.begin(), slot.waiting.end(), std::complex<float>{});
  }
  filled_ = 0;
}

int Spectral::latency() const noexcept {
  int frames = 2;
  for (const Slot& slot : slots_) frames += slot.effect->lookAhead();
  return frames * windows_.hop;
}

void Spectral::mix(int index, float wet) noexcept {
  slots_[index].target = wet;
  slots_[index].wet.target(wet);
}

void Spectral::process(Block b) noexcept {
  const int hop = windows_.hop;
  for (int from = 0; from < b.frames;) {
    const int count = std::min(hop - filled_, b.frames - from);
    for (int c = 0; c < b.channels; ++c) {
      Channel& channel = channels_[c];
      // Denormal numbers, as the tails of filters and reverbs decay into, cost twenty times as much: they become zero.
      std::transform(b[c] + from, b[c] + from + count, channel.input.end() - hop + filled_,
                     [](float x) { return std::abs(x) < kTiny ? 0.0f : x; });
      std::copy_n(channel.ready.begin() + filled_, count, b[c] + from);
    }
    from += count;
    filled_ += count;
    if (filled_ == hop) frame(), filled_ = 0;
  }
}

/// Changes the newest spectra for those that have waited longest.
void Spectral::wait(Slot& slot) noexcept {
  if (slot.waiting.empty()) return;
  auto at = slot.waiting.begin() + slot.oldest;
  for (Channel& c : channels_) at = std::swap_ranges(c.spectrum.begin(), c.spectrum.end(), at);
  slot.oldest = static_cast<int>(at - slot.waiting.begin()) % static_cast<int>(slot.waiting.size());
}

SpectralFrame Spectral::spectra(std::vector<std::complex<float>> Channel::*which) noexcept {
  SpectralFrame f{{}, static_cast<int>(channels_.size()), fft_->bins()};
  for (int c = 0; c < f.channels; ++c) f.spectrum[c] = (channels_[c].*which).data();
  return f;
}

void Spectral::run(Slot& slot) noexcept {
  const SpectralFrame f = spectra(&Channel::spectrum);
  slot.effect->hear(f);
  wait(slot);
  const bool mixing = !slot.wet.settledAt(1.0f), revising = revises_ && &slot == &slots_.back();
  if (mixing || revising) {
    for (Channel& c : channels_) std::copy(c.spectrum.begin(), c.spectrum.end(), c.dry.begin());
  }
  slot.effect->process(f);
  const float wet = slot.wet.next();
  if (mixing) {
    for (Channel& c : channels_) mixInto(c.spectrum, c.dry, wet);
  }
  if (revising) revise(slot, wet);
}

/// The last effect's second thoughts about the frame before, whose second half waits in `overlap`: they glide in.
void Spectral::revise(Slot& slot, float wet) noexcept {
  for (Channel& c : channels_) std::copy(c.before.begin(), c.before.end(), c.again.begin());
  slot.effect->revise(spectra(&Channel::again));
  for (Channel& c : channels_) {
    mixInto(c.again, c.before, wet);
    fft_->inverse(c.again.data(), time_.data());
    const int hop = windows_.hop, half = static_cast<int>(windows_.synthesis.size()) - hop;
    for (int n = 0; n < hop; ++n)
      c.overlap[n] += arrival_[n] * (time_[half + n] * windows_.synthesis[half + n] - c.overlap[n]);
    std::swap(c.before, c.dry);
  }
}

void Spectral::frame() noexcept {
  const int frame = static_cast<int>(windows_.analysis.size()), hop = windows_.hop;
  const RealFft& fft = *fft_;
  for (Channel& c : channels_) {
    for (int n = 0; n < frame; ++n) time_[n] = c.input[n] * windows_.analysis[n];
    std::fill(time_.begin() + frame, time_.end(), 0.0f);
    fft.forward(time_.data(), c.spectrum.data());
    std::copy(c.input.begin() + hop, c.input.end(), c.input.begin());
  }
  for (Slot& slot : slots_) run(slot);
  const int silent = frame - 2 * hop;  // the synthesis window is zero before
  for (Channel& c : channels_) {
    fft.inverse(c.spectrum.data(), time_.data());
    for (int n = 0; n < 2 * hop; ++n) c.overlap[n] += time_[silent + n] * windows_.synthesis[silent + n];
    std::copy_n(c.overlap.begin(), hop, c.ready.begin());
    std::copy_n(c.overlap.begin() + hop, hop, c.overlap.begin());
    std::fill(c.overlap.begin() + hop, c.overlap.end(), 0.0f);
  }
}

}  // namespace rinse
