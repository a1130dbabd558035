#include "effects/gate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "blocks/decibel.h"
#include "blocks/equalizer.h"

namespace rinse {

namespace {

const char* const kKeyNames[] = {"level", "voice"};

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -80.0f,
     .max = 0.0f,
     .defaultValue = -30.0f,
     .help = "How far it turns down when shut; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -80.0f},
    {.id = "threshold",
     .label = "Threshold",
     .unit = "dB",
     .min = -80.0f,
     .max = 0.0f,
     .defaultValue = -45.0f,
     .help = "The peak level at which it opens."},
    {.id = "hysteresis",
     .label = "Hysteresis",
     .unit = "dB",
     .min = 0.0f,
     .max = 24.0f,
     .defaultValue = 6.0f,
     .help = "How far below the threshold it shuts, so that it does not chatter."},
    {.id = "attack",
     .label = "Attack",
     .unit = "ms",
     .min = 0.1f,
     .max = 100.0f,
     .defaultValue = 2.0f,
     .help = "How long it takes to open."},
    {.id = "hold",
     .label = "Hold",
     .unit = "ms",
     .min = 0.0f,
     .max = 1000.0f,
     .defaultValue = 80.0f,
     .help = "How long it stays open after the level has fallen."},
    {.id = "release",
     .label = "Release",
     .unit = "ms",
     .min = 5.0f,
     .max = 3000.0f,
     .defaultValue = 150.0f,
     .help = "How long it takes to shut."},
    {.id = "lookahead",
     .label = "Look-ahead",
     .unit = "ms",
     .min = 0.0f,
     .max = 10.0f,
     .defaultValue = 5.0f,
     .help = "How long before an attack it opens; nothing with low latency."},
    {.id = "keylowcut",
     .label = "Key low cut",
     .unit = "Hz",
     .min = 20.0f,
     .max = 4000.0f,
     .defaultValue = 20.0f,
     .help = "What it does not listen to: below this; 20 Hz is off."},
    {.id = "keyhighcut",
     .label = "Key high cut",
     .unit = "Hz",
     .min = 100.0f,
     .max = 20000.0f,
     .defaultValue = 20000.0f,
     .help = "What it does not listen to: above this; 20 kHz is off."},
    {.id = "key",
     .label = "Listens for",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help =
         "level: anything loud enough; voice: shuts out what is loud enough but no voice after a third of a second.",
     .choices = kKeyNames},
    {.id = "keychannel",
     .label = "Key channel",
     .unit = "",
     .min = 0.0f,
     .max = static_cast<float>(kMaxChannels),
     .defaultValue = 0.0f,
     .help =
         "The channel whose level it follows, as of a trigger's track; 0, or one that is not there: the side-chain, or "
         "all channels where there is none."},
};

constexpr float kLeastCut = 20.0f, kMostCut = 20000.0f;  // Hz: at the ends of their ranges the key's filters are out
constexpr double kLatencySeconds = 0.010;                // what the look-ahead may use
constexpr double kPeakSeconds = 0.010;  // in which the envelope falls by 8.7 dB: half a period of 50 Hz
constexpr int kStretch = 64;            // samples after which the voice detector is asked again
constexpr double kGraceSeconds = 0.3;   // in which the voice detector makes up its mind

}  // namespace

const std::span<const Param> Gate::kParams = kTable;

void Gate::prepare(const Spec& spec) {
  spec_ = spec;
  latency_ = spec.lowLatency ? 0 : static_cast<int>(kLatencySeconds * spec.sampleRate);
  activity_.prepare(spec.sampleRate, spec.maxFrames);
  delayed_.assign(spec.channels, Delay(latency_));
  filters_.assign(spec.channels, {});
  open_.assign(latency_ + 1, false);
  lowCut_ = highCut_ = 0.0f;
  reset();
}

void Gate::reset() noexcept {
  activity_.reset();
  for (Delay& d : delayed_) d.reset();
  for (auto& channel : filters_) channel[0].reset(), channel[1].reset();
  std::fill(open_.begin(), open_.end(), false);
  at_ = 0;
  envelope_ = gainDb_ = 0.0f;
  isOpen_ = false;
  held_ = unspoken_ = heard_ = 0;
  spoken_ = false;
}

std::optional<float> Gate::speechPresence() const noexcept {
  return get(kKey) > 0.5f ? std::optional(activity_.probability()) : std::nullopt;
}

void Gate::designKey() noexcept {
  if (lowCut_ == get(kKeyLowCut) && highCut_ == get(kKeyHighCut)) return;
  lowCut_ = get(kKeyLowCut), highCut_ = get(kKeyHighCut);
  for (auto& channel : filters_) {
    channel[0] = lowCut_ > kLeastCut ? equalizer::highPass(spec_.sampleRate, lowCut_) : Biquad();
    channel[1] = highCut_ < kMostCut ? equalizer::lowPass(spec_.sampleRate, highCut_) : Biquad();
  }
}

void Gate::readParams() noexcept {
  const double rate = spec_.sampleRate;
  const float whole = std::max(-get(kRange), 1.0f);
  openLevel_ = gainFromDb(get(kThreshold));
  shutLevel_ = gainFromDb(get(kThreshold) - get(kHysteresis));
  up_ = whole / static_cast<float>(get(kAttack) * 1e-3 * rate);
  down_ = whole / static_cast<float>(get(kRelease) * 1e-3 * rate);
  fall_ = static_cast<float>(std::exp(-1.0 / (kPeakSeconds * rate)));
  hold_ = static_cast<int>(get(kHold) * 1e-3 * rate);
  grace_ = static_cast<int>(kGraceSeconds * rate);
  shutGain_ = gainFromDb(get(kRange));
}

/// Whether it is to be open for this sample.
bool Gate::listen(float key, bool voice) noexcept {
  envelope_ = std::max(key, envelope_ * fall_);
  unspoken_ = !voice || spoken_ ? 0 : std::min(unspoken_ + 1, grace_);
  if (!isOpen_ && envelope_ > openLevel_) {
    isOpen_ = true;
    unspoken_ = 0;
  }
  if (isOpen_ && envelope_ > shutLevel_ && unspoken_ < grace_) {
    held_ = hold_;
  } else if (--held_ <= 0) {
    held_ = 0;
    isOpen_ = false;
  }
  return isOpen_;
}

/// The gain's way in decibels, in a straight line.
float Gate::follow(bool open) noexcept {
  const float range = get(kRange);
  gainDb_ = std::max(open ? std::min(0.0f, gainDb_ + up_) : gainDb_ - down_, range);
  return gainDb_ >= 0.0f ? 1.0f : gainDb_ <= range ? shutGain_ : gainFromDb(gainDb_);
}

void Gate::process(Block b) noexcept {
  readParams();
  designKey();
  const bool voice = get(kKey) > 0.5f;
  for (int from = 0; from < b.frames;) {
    const Block piece = b.part(from, std::min(kStretch - heard_, b.frames - from));
    from += piece.frames;
    if (voice) activity_.process(keyOf(piece));
    gate(piece, voice);
    heard_ = (heard_ + piece.frames) % kStretch;
    if (heard_ == 0) spoken_ = activity_.active();  // at fixed times, so that blocks of any size give the same
  }
}

/// What it listens to: one of the channels, the side-chain where there is one, or all channels.
Block Gate::keyOf(Block b) const noexcept {
  const int wanted = static_cast<int>(std::lround(get(kKeyChannel)));
  if (wanted >= 1 && wanted <= b.channels) return {{b[wanted - 1]}, 1, b.frames};
  if (b.sideChain) return {{b.sideChain}, 1, b.frames};
  return b;
}

void Gate::gate(Block b, bool voice) noexcept {
  const int ahead = std::min(latency_, static_cast<int>(get(kLookAhead) * 1e-3 * spec_.sampleRate));
  const int ring = latency_ + 1;
  const Block keys = keyOf(b);
  std::array<float, kStretch> gain;
  const bool filtered = lowCut_ > kLeastCut || highCut_ < kMostCut;
  for (int i = 0; i < b.frames; ++i) {
    float key = 0.0f;
    for (int c = 0; c < keys.channels; ++c) {
      const float k = keys[c][i];
      const float x = filtered ? static_cast<float>(filters_[c][1].process(filters_[c][0].process(k))) : k;
      key = std::max(key, std::abs(x));
    }
    open_[at_] = listen(key, voice);
    // The sample that goes out came in `latency_` ago; it hears what came `ahead` after it.
    int heard = at_ - (latency_ - ahead);
    if (heard < 0) heard += ring;
    gain[i] = follow(open_[heard]);
    if (++at_ == ring) at_ = 0;
  }
  for (int c = 0; c < b.channels; ++c) {
    delayed_[c].process(b[c], b[c], b.frames);
    for (int i = 0; i < b.frames; ++i) b[c][i] *= gain[i];
  }
}

}  // namespace rinse
