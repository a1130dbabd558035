#include "effects/loudness.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const char* const kListensNames[] = {"everything", "voice"};

const Param kTable[] = {
    {.id = "target",
     .label = "Target",
     .unit = "LUFS",
     .min = -36.0f,
     .max = -6.0f,
     .defaultValue = -16.0f,
     .help = "The loudness of the whole: -16 for podcasts, -23 for European broadcast, -14 for most platforms."},
    {.id = "ceiling",
     .label = "Ceiling",
     .unit = "dBTP",
     .min = -9.0f,
     .max = 0.0f,
     .defaultValue = -1.0f,
     .help = "What no true peak rises above."},
    {.id = "mostgain",
     .label = "Most gain",
     .unit = "dB",
     .min = 0.0f,
     .max = 40.0f,
     .defaultValue = 24.0f,
     .help = "How far it is made louder or softer at most; 0 only holds peaks.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 40.0f},
    {.id = "listens",
     .label = "Live, listens to",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help = "What sets the level where the whole is not known: everything, or only the voice.",
     .choices = kListensNames},
};

constexpr double kAheadSeconds = 0.005, kReleaseSeconds = 0.08;
constexpr float kSlowest = 3.0f;     // dB a second
constexpr float kFarSeconds = 0.7f;  // in which it goes most of a way that is long
constexpr int kStretch = 32;         // samples with one gain: its steps are too small to be heard
constexpr float kSoftest = -70.0f, kLoudestLufs = 30.0f;

}  // namespace

const std::span<const Param> Loudness::kParams = kTable;

void Loudness::prepare(const Spec& spec) {
  spec_ = spec;
  ahead_ = static_cast<int>(kAheadSeconds * spec.sampleRate);
  meter_.emplace(spec.sampleRate, spec.channels);
  lately_.emplace(spec.sampleRate, spec.channels);
  activity_.prepare(spec.sampleRate, spec.maxFrames);
  peaks_.assign(spec.channels, TruePeak());
  delayed_.assign(spec.channels, Delay(latency()));
  limiter_.prepare(ahead_, static_cast<float>(1.0 - std::exp(-1.0 / (kReleaseSeconds * spec.sampleRate))));
  reset();
}

void Loudness::reset() noexcept {
  lately_->reset();
  activity_.reset();
  std::fill(peaks_.begin(), peaks_.end(), TruePeak());
  for (Delay& d : delayed_) d.reset();
  limiter_.reset();
  filled_ = 0;
  spoken_ = false;
  gainDb_ = learned_ ? std::clamp(get(kTarget) - *learned_, -get(kMostGain), get(kMostGain)) : 0.0f;
}

std::optional<float> Loudness::speechPresence() const noexcept {
  return learned_ || get(kListensTo) < 0.5f ? std::nullopt : std::optional(activity_.probability());
}

void Loudness::listen(Block b) noexcept {
  if (learning_) meter_->add(b);
  if (learned_) return;
  const bool voice = get(kListensTo) > 0.5f;
  if (voice) activity_.process(b);
  lately_->add(b, !voice || spoken_);
}

/// Moves the gain towards where the loudness would reach the target, once for kStretch samples.
void Loudness::follow() noexcept {
  spoken_ = activity_.active();
  float target = gainDb_;
  if (learned_)
    target = get(kTarget) - *learned_;
  else if (const auto lufs = lately_->lufs())
    target = get(kTarget) - *lufs;
  target = std::clamp(target, -get(kMostGain), get(kMostGain));
  const float off = target - gainDb_;
  const float most = std::max(kSlowest, std::abs(off) / kFarSeconds) * static_cast<float>(kStretch / spec_.sampleRate);
  gainDb_ += std::clamp(off, -most, most);
}

void Loudness::process(Block b) noexcept {
  const float ceiling = gainFromDb(get(kCeiling));
  for (int from = 0; from < b.frames;) {
    if (filled_ == 0) follow();
    const Block piece = b.part(from, std::min(kStretch - filled_, b.frames - from));
    from += piece.frames;
    filled_ = (filled_ + piece.frames) % kStretch;
    listen(piece);
    const float gain = gainDb_ == 0.0f ? 1.0f : gainFromDb(gainDb_);
    std::array<float, kStretch> peak{};
    for (int c = 0; c < b.channels; ++c) {
      for (int i = 0; i < piece.frames; ++i) {
        piece[c][i] *= gain;
        peak[i] = std::max(peak[i], peaks_[c].step(piece[c][i], ceiling));
      }
      delayed_[c].process(piece[c], piece[c], piece.frames);
    }
    for (int i = 0; i < piece.frames; ++i) {
      const float limit = limiter_.next(peak[i] > ceiling ? ceiling / peak[i] : 1.0f);
      if (limit == 1.0f) continue;
      for (int c = 0; c < b.channels; ++c) piece[c][i] *= limit;
    }
  }
}

void Loudness::startLearning() noexcept {
  learning_ = true;
  meter_->reset();
}

std::string Loudness::finishLearning() {
  learning_ = false;
  const double lufs = meter_->result().integratedLufs;
  if (!std::isfinite(lufs)) return "nothing here is louder than -70 LUFS for 0.4 s: there is no loudness to go by";
  learned_ = static_cast<float>(lufs);
  return {};
}

std::vector<float> Loudness::learned() const { return learned_ ? std::vector<float>{*learned_} : std::vector<float>{}; }

std::string Loudness::restore(std::span<const float> values) {
  if (values.empty()) {
    learned_.reset();
    return {};
  }
  if (values.size() != 1 || !(values[0] >= kSoftest && values[0] <= kLoudestLufs))
    return "a loudness is one value between -70 and 30 LUFS";
  learned_ = values[0];
  return {};
}

}  // namespace rinse
