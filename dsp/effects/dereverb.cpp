#include "effects/dereverb.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "amount",
     .label = "Amount",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 1.0f,
     .help = "How much of the predicted reverberation is taken away; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 1.0f},
    {.id = "taps",
     .label = "Length",
     .unit = "frames",
     .min = 0.0f,
     .max = 20.0f,
     .defaultValue = 20.0f,
     .help = "How far back reverberation is looked for, frames of 10 ms; longer for larger rooms. Several channels "
             "share 40. 0: only the tail is turned down, which costs next to nothing."},
    {.id = "delay",
     .label = "Spared",
     .unit = "frames",
     .min = 1.0f,
     .max = 8.0f,
     .defaultValue = 5.0f,
     .help = "How much after each sound is left alone, frames of 10 ms: the voice itself and the first reflections."},
    {.id = "memory",
     .label = "Memory",
     .unit = "s",
     .min = 0.5f,
     .max = 60.0f,
     .defaultValue = 5.0f,
     .help = "How long the room is remembered; shorter where speaker or microphone move."},
    {.id = "tail",
     .label = "Tail",
     .unit = "dB",
     .min = -20.0f,
     .max = 0.0f,
     .defaultValue = -10.0f,
     .help = "How far what is left of the tail is turned down at most; takes some of the voice with it."},
    {.id = "t60",
     .label = "Reverberation time",
     .unit = "s",
     .min = 0.0f,
     .max = 5.0f,
     .defaultValue = 0.0f,
     .help = "For the tail: the time in which the room's sound falls by 60 dB; 0 finds it by itself."},
};

constexpr double kTopHz = 8000.0;  // above, rooms swallow most of it
constexpr int kMostTaps = 20, kMostDelay = 8, kMostLength = 40;
constexpr double kTailStartSeconds = 0.05;  // Lebart 2001: what comes later than this is late
constexpr float kTailSmoothing = 0.8f;
constexpr float kLeastT60 = 0.05f;  // seconds; a room without any

}  // namespace

const std::span<const Param> Dereverb::kParams = kTable;

void Dereverb::prepare(const SpectralSpec& spec) {
  spec_ = spec;
  const int bins = std::min(spec.bins, static_cast<int>(kTopHz * spec.fftSize / spec.sampleRate) + 1);
  mostTaps_ = std::min(kMostTaps, kMostLength / spec.channels);
  bins_.assign(bins, Wpe());
  for (Wpe& w : bins_) w.prepare(spec.channels, mostTaps_);
  past_.assign(kMostDelay + kMostTaps + 1, std::vector<std::complex<float>>(static_cast<size_t>(bins) * spec.channels));
  window_.assign(static_cast<size_t>(mostTaps_) * spec.channels, {});
  frame_.assign(spec.channels, {});
  late_.assign(spec.channels, {});
  tailFrames_ = std::max(1, static_cast<int>(std::lround(kTailStartSeconds / spec.hopSeconds)));
  heard_.assign(tailFrames_ + 1, std::vector<float>(spec.bins));
  tailGain_.assign(spec.bins, 1.0f);
  power_.assign(spec.bins, 0.0f);
  decayTime_.prepare(spec.sampleRate / spec.fftSize, spec.hopSeconds);
  reset();
}

void Dereverb::reset() noexcept {
  for (Wpe& w : bins_) w.reset();
  for (auto& p : past_) std::fill(p.begin(), p.end(), std::complex<float>{});
  for (auto& h : heard_) std::fill(h.begin(), h.end(), 0.0f);
  std::fill(tailGain_.begin(), tailGain_.end(), 1.0f);
  decayTime_.reset();
  now_ = 0;
  reductionDb_ = 0.0f;
}

namespace {
double energyOf(const SpectralFrame& frame) {
  double sum = 0.0;
  for (int c = 0; c < frame.channels; ++c) {
    for (int k = 0; k < frame.bins; ++k) sum += std::norm(frame.spectrum[c][k]);
  }
  return sum;
}
}  // namespace

void Dereverb::process(SpectralFrame frame) noexcept {
  const double before = energyOf(frame);
  remember(frame);
  if (get(kTaps) >= 1.0f) predict(frame);
  if (get(kTail) < 0.0f) turnTailDown(frame);
  reductionDb_ = before > 0.0 ? dbFromPower((energyOf(frame) + 1e-20) / before) : 0.0f;
  ++now_;
}

void Dereverb::remember(const SpectralFrame& frame) noexcept {
  for (int k = 0; k < frame.bins; ++k) {
    power_[k] = 0.0f;
    for (int c = 0; c < frame.channels; ++c) power_[k] += std::norm(frame.spectrum[c][k]);
  }
  decayTime_.update(power_);
  auto& p = past_[now_ % past_.size()];
  for (size_t k = 0; k < bins_.size(); ++k) {
    for (int c = 0; c < frame.channels; ++c) p[k * frame.channels + c] = frame.spectrum[c][k];
  }
}

const std::complex<float>* Dereverb::past(int frames) const noexcept {
  return past_[(now_ + past_.size() - frames) % past_.size()].data();
}

void Dereverb::predict(SpectralFrame frame) noexcept {
  const int channels = frame.channels, delay = static_cast<int>(get(kDelay)),
            taps = std::min(static_cast<int>(get(kTaps)), mostTaps_);
  const auto forgetting = static_cast<float>(std::exp(-spec_.hopSeconds / get(kMemory)));
  for (size_t k = 0; k < bins_.size(); ++k) {
    for (int t = 0; t < taps; ++t) std::copy_n(past(delay + t) + k * channels, channels, &window_[t * channels]);
    for (int c = 0; c < channels; ++c) frame_[c] = frame.spectrum[c][k];
    bins_[k].process(frame_.data(), window_.data(), taps, forgetting, late_.data());
    for (int c = 0; c < channels; ++c) {
      // No more is taken than there is: a wrong prediction must not add.
      const float limit = std::abs(frame_[c]), size = std::abs(late_[c]);
      frame.spectrum[c][k] -= late_[c] * (get(kAmount) * (size > limit ? limit / size : 1.0f));
    }
  }
}

/// Lebart 2001, eqs. 8 to 13: what was there 50 ms ago, decayed since, is the power of the late reverberation.
void Dereverb::turnTailDown(SpectralFrame frame) noexcept {
  const double t60 = get(kT60) > 0.0f ? std::max(get(kT60), kLeastT60) : decayTime_.seconds();
  const auto decay = static_cast<float>(std::pow(10.0, -6.0 * tailFrames_ * spec_.hopSeconds / t60));
  const float floor = gainFromDb(get(kTail) * get(kAmount));
  auto& now = heard_[now_ % heard_.size()];
  const auto& before = heard_[(now_ + heard_.size() - tailFrames_) % heard_.size()];
  const auto& last = heard_[(now_ + heard_.size() - 1) % heard_.size()];
  for (int k = 0; k < frame.bins; ++k) {
    float power = 0.0f;
    for (int c = 0; c < frame.channels; ++c) power += std::norm(frame.spectrum[c][k]);
    now[k] = kTailSmoothing * last[k] + (1.0f - kTailSmoothing) * power;
    const float late = decay * before[k];
    const float wanted = std::max(1.0f - std::sqrt(late / (power + 1e-20f)), floor);
    tailGain_[k] = kTailSmoothing * tailGain_[k] + (1.0f - kTailSmoothing) * wanted;
    for (int c = 0; c < frame.channels; ++c) frame.spectrum[c][k] *= tailGain_[k];
  }
}

}  // namespace rinse
