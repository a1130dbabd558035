#include "effects/eq.h"

#include <algorithm>
#include <cmath>

#include "blocks/equalizer.h"

namespace rinse {

namespace {

constexpr float kLowest = 20.0f, kHighest = 20000.0f;  // Hz: where the cuts are off

constexpr Param hz(const char* id, const char* label, float min, float max, float value, const char* help) {
  return {.id = id, .label = label, .unit = "Hz", .min = min, .max = max, .defaultValue = value, .help = help};
}
constexpr Param gain(const char* id, const char* label, const char* help) {
  return {.id = id, .label = label, .unit = "dB", .min = -24.0f, .max = 24.0f, .defaultValue = 0.0f, .help = help};
}
constexpr Param quality(const char* id, const char* label) {
  return {.id = id,
          .label = label,
          .unit = "",
          .min = 0.3f,
          .max = 10.0f,
          .defaultValue = 1.0f,
          .help = "How narrow the bell is: 0.7 is two octaves, 10 a semitone and a half."};
}

const Param kTable[] = {
    hz("lowcut", "Low cut", kLowest, 1000.0f, kLowest, "Takes away what lies below, 12 dB an octave; 20 Hz is off."),
    hz("lowhz", "Low shelf at", 40.0f, 1000.0f, 150.0f, "Below this the low shelf lifts or lowers."),
    gain("lowgain", "Low shelf", "Lifts or lowers the low end."),
    hz("bellhz", "Bell at", 40.0f, 16000.0f, 400.0f, "The middle of the first bell."),
    gain("bellgain", "Bell", "Lifts or lowers around the first bell's frequency."),
    quality("bellq", "Bell width"),
    hz("bell2hz", "Second bell at", 40.0f, 16000.0f, 3000.0f, "The middle of the second bell."),
    gain("bell2gain", "Second bell", "Lifts or lowers around the second bell's frequency."),
    quality("bell2q", "Second bell width"),
    hz("highhz", "High shelf at", 1000.0f, 16000.0f, 8000.0f, "Above this the high shelf lifts or lowers."),
    gain("highgain", "High shelf", "Lifts or lowers the treble."),
    hz("highcut", "High cut", 2000.0f, kHighest, kHighest,
       "Takes away what lies above, 12 dB an octave; 20 kHz is off."),
};

constexpr double kGlideSeconds = 0.02;
constexpr int kGlideSteps = 16;  // in that time

}  // namespace

const std::span<const Param> Eq::kParams = kTable;

void Eq::prepare(const Spec& spec) {
  rate_ = spec.sampleRate;
  filters_.assign(spec.channels, {});
  now_.resize(kParams.size());
  reset();
}

void Eq::reset() noexcept {
  for (auto& channel : filters_) {
    for (Biquad& f : channel) f.reset();
  }
  for (size_t p = 0; p < now_.size(); ++p) now_[p] = get(static_cast<int>(p));
  untilGlide_ = 0;
  design();
}

/// A step from what is in use to what is set; false when there.
bool Eq::glide() noexcept {
  bool moved = false;
  for (size_t p = 0; p < now_.size(); ++p) {
    const float target = get(static_cast<int>(p)), way = target - now_[p], whole = kTable[p].max - kTable[p].min;
    if (way == 0.0f) continue;
    now_[p] = std::abs(way) < 1e-3f * whole ? target : now_[p] + way * (4.0f / kGlideSteps);
    moved = true;
  }
  return moved;
}

void Eq::design() noexcept {
  const std::array<Biquad, kSections> wanted = {
      equalizer::highPass(rate_, now_[kLowCut]),
      equalizer::lowShelf(rate_, now_[kLowHz], now_[kLowGain]),
      equalizer::peak(rate_, now_[kBellHz], now_[kBellQ], now_[kBellGain]),
      equalizer::peak(rate_, now_[kBell2Hz], now_[kBell2Q], now_[kBell2Gain]),
      equalizer::highShelf(rate_, now_[kHighHz], now_[kHighGain]),
      equalizer::lowPass(rate_, now_[kHighCut]),
  };
  const double nyquist = rate_ / 2.0;
  on_ = {now_[kLowCut] > kLowest,
         now_[kLowGain] != 0.0f,
         now_[kBellGain] != 0.0f && now_[kBellHz] < nyquist,
         now_[kBell2Gain] != 0.0f && now_[kBell2Hz] < nyquist,
         now_[kHighGain] != 0.0f && now_[kHighHz] < nyquist,
         now_[kHighCut] < kHighest && now_[kHighCut] < nyquist};
  for (auto& channel : filters_) {
    for (int s = 0; s < kSections; ++s) {
      Biquad next = wanted[s];
      next.s1 = on_[s] ? channel[s].s1 : 0.0, next.s2 = on_[s] ? channel[s].s2 : 0.0;
      channel[s] = next;
    }
  }
}

void Eq::process(Block b) noexcept {
  const int step = std::max(1, static_cast<int>(kGlideSeconds / kGlideSteps * rate_));
  for (int at = 0; at < b.frames;) {
    if (untilGlide_ == 0) {
      untilGlide_ = step;
      if (glide()) design();
    }
    const int count = std::min(untilGlide_, b.frames - at);
    for (int c = 0; c < b.channels; ++c) {
      for (int s = 0; s < kSections; ++s) {
        if (!on_[s]) continue;
        Biquad& f = filters_[c][s];
        for (int i = at; i < at + count; ++i) b[c][i] = static_cast<float>(f.process(b[c][i]));
        if (std::abs(f.s1) + std::abs(f.s2) < 1e-30) f.reset();  // no denormal numbers
      }
    }
    at += count;
    untilGlide_ -= count;
  }
}

}  // namespace rinse
