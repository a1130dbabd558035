#include "effects/debleed.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"
#include "noise/noise_tracker.h"

namespace rinse {

namespace {

const char* const kDrumNames[] = {"snare", "kick", "toms"};

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -80.0f,
     .max = 0.0f,
     .defaultValue = -60.0f,
     .help = "How far bleed is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -80.0f},
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "dB",
     .min = -12.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "In doubt: higher keeps more soft hits and more of the tail, lower takes more bleed away."},
    {.id = "drum",
     .label = "Drum",
     .unit = "",
     .min = 0.0f,
     .max = 2.0f,
     .defaultValue = 0.0f,
     .help = "Which drum the microphone stands at.",
     .choices = kDrumNames},
};

constexpr float kSilenceDb = -200.0f, kNoSoundDb = 70.0f;  // a full-scale square wave has 57 dB in these units
constexpr double kRiseSeconds = 0.02;
constexpr float kHitDb = 6.0f;       // by which what the mask leaves for sure rises at a hit, however soft
constexpr float kSoftestDb = 50.0f;  // below the loudest hit lately: what is softer is none
constexpr float kFallDb = 1.0f;      // a second, of the loudest hit
// How fast snares and kicks die away, dB a second: the slowest tenth of the train split's hits. It begins to close
// where these have fallen by kDecayedDb, and falls as fast. Not for toms, which ring through the next hits.
constexpr float kDecay[] = {127.0f, 68.0f, 0.0f}, kDecayedDb = 25.0f;

}  // namespace

const std::span<const Param> Debleed::kParams = kTable;

Debleed::Debleed(nn::BandMaskPair masks, bool ahead)
    : BandMaskEffect(kTable, std::move(masks.now), ahead ? std::optional(std::move(masks.late)) : std::nullopt) {}

void Debleed::prepare(const SpectralSpec& spec) {
  hopSeconds_ = static_cast<float>(spec.hopSeconds);
  recent_ =
      std::clamp(static_cast<int>(std::lround(kRiseSeconds / spec.hopSeconds)), 1, static_cast<int>(recentDb_.size()));
  BandMaskEffect::prepare(spec);
}

void Debleed::reset() noexcept {
  BandMaskEffect::reset();
  recentDb_.fill(kSilenceDb);
  loudestDb_ = kSilenceDb;
  sinceHit_ = 0.0f;
}

float Debleed::opening(float sure) noexcept {
  const float db = dbFromPower(sure + kLeastPower),
              before = *std::max_element(recentDb_.begin(), recentDb_.begin() + recent_);
  loudestDb_ -= kFallDb * hopSeconds_;
  if (db < kNoSoundDb) loudestDb_ = std::max(db, loudestDb_);
  sinceHit_ = db > before + kHitDb && db > loudestDb_ - kSoftestDb ? 0.0f : sinceHit_ + hopSeconds_;
  std::rotate(recentDb_.begin(), recentDb_.end() - 1, recentDb_.end());
  recentDb_[0] = db;
  const float decay = kDecay[kind()];
  return gainFromDb(std::min(0.0f, kDecayedDb - decay * sinceHit_));
}

}  // namespace rinse
