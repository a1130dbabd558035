#include "effects/denoise.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"
#include "blocks/f32x4.h"
#include "noise/decision_directed.h"
#include "noise/imcra.h"
#include "noise/mcra.h"
#include "noise/minimum_statistics.h"
#include "noise/quietest.h"
#include "noise/spp_mmse.h"
#include "noise/vad_average.h"

namespace rinse {

namespace {

const char* const kTrackerNames[] = {"spp", "imcra", "mcra", "minimum", "pauses", "profile"};
constexpr int kProfileOnly = 5;
const char* const kMethodNames[] = {"om-lsa", "log-mmse", "mmse-stsa", "wiener", "subtraction", "gate", "moving-gate"};
const char* const kExponentNames[] = {"power", "amplitude"};
const char* const kSwitchNames[] = {"off", "on"};

const Param kTable[] = {
    {.id = "floor",
     .label = "Reduction",
     .unit = "dB",
     .min = -40.0f,
     .max = 0.0f,
     .defaultValue = -16.0f,
     .help = "How far noise is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -32.0f},
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "dB",
     .min = -12.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "Raises or lowers the noise estimate; higher takes more away, and more of the quiet speech with it."},
    {.id = "lowcut",
     .label = "Low cut",
     .unit = "Hz",
     .min = 0.0f,
     .max = 200.0f,
     .defaultValue = 60.0f,
     .help = "Below this nothing counts as voice and all is turned down: rumble, wind, handling. 0 for music."},
    {.id = "attack",
     .label = "Noise attack",
     .unit = "ms",
     .min = 20.0f,
     .max = 2000.0f,
     .defaultValue = 150.0f,
     .help = "How fast the noise estimate follows a change of the noise."},
    {.id = "tracker",
     .label = "Noise tracker",
     .unit = "",
     .min = 0.0f,
     .max = 5.0f,
     .defaultValue = 0.0f,
     .help =
         "How the noise is found: spp follows quickly, imcra, mcra and minimum look for the quietest moments of the "
         "last seconds, pauses averages where nobody speaks, profile keeps what was learned or the quietest "
         "stretch.",
     .choices = kTrackerNames},
    {.id = "method",
     .label = "Method",
     .unit = "",
     .min = 0.0f,
     .max = 6.0f,
     .defaultValue = 0.0f,
     .help = "om-lsa, log-mmse, mmse-stsa and wiener are smooth, in that order; subtraction is raw; the gates open and "
             "close each band, moving-gate against all that lasts.",
     .choices = kMethodNames},
    {.id = "oversubtraction",
     .label = "Over-subtraction",
     .unit = "",
     .min = 1.0f,
     .max = 8.0f,
     .defaultValue = 3.0f,
     .help =
         "subtraction only: how many times the noise estimate is taken off; more leaves fewer peaks and less voice."},
    {.id = "exponent",
     .label = "Exponent",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help = "subtraction only: of powers, or of amplitudes, which takes more.",
     .choices = kExponentNames},
    {.id = "adaptive",
     .label = "Adaptive over-subtraction",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help =
         "subtraction only: takes more off where a third of an octave is mostly noise, less where it is mostly voice.",
     .choices = kSwitchNames},
    {.id = "threshold",
     .label = "Gate threshold",
     .unit = "",
     .min = 0.0f,
     .max = 4.0f,
     .defaultValue = 1.5f,
     .help = "The gates only: how far a sound must rise above the noise to pass, in the noise's own variations."},
    {.id = "smoothing",
     .label = "Smoothing",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help = "Evens the gains out in pauses, so that no single tones twitter (Esch & Vary 2009).",
     .choices = kSwitchNames},
    {.id = "whitening",
     .label = "Whitening",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help = "Lifts soft moments towards loud ones and leans towards the low end; 0 is off."},
};

constexpr int kFewestLearnedFrames = 10;

}  // namespace

const std::span<const Param> Denoise::kParams = kTable;

Denoise::Denoise() : SpectralEffect(kTable) {
  trackers_.push_back(std::make_unique<SppMmse>());
  trackers_.push_back(std::make_unique<Imcra>());
  trackers_.push_back(std::make_unique<Mcra>());
  trackers_.push_back(std::make_unique<MinimumStatistics>());
  trackers_.push_back(std::make_unique<VadAverage>());
  trackers_.push_back(std::make_unique<Quietest>());
  for (const Estimator e : {Estimator::omLsa, Estimator::logMmse, Estimator::mmseStsa, Estimator::wiener})
    rules_.push_back(std::make_unique<DecisionDirected>(e));
  rules_.emplace_back(subtraction_ = new SpectralSubtraction);
  rules_.emplace_back(gate_ = new SpectralGate(false));
  rules_.emplace_back(movingGate_ = new SpectralGate(true));
}

void Denoise::prepare(const SpectralSpec& spec) {
  spec_ = spec;
  for (auto& t : trackers_) t->prepare(spec.bins, spec.hopSeconds);
  for (auto& r : rules_) r->prepare(spec.bins, spec.sampleRate / spec.fftSize, spec.hopSeconds);
  smoothing_.prepare(spec.bins);
  whitening_.prepare(spec.bins, spec.hopSeconds);
  for (auto* v : {&power_, &noise_, &gain_, &profilePower_}) v->assign(roundUp4(spec.bins), kLeastPower);
  learnedPower_.assign(spec.bins, 0.0);
  attackMs_ = -1.0f;
  if (profile_) expandProfile();
  reset();
}

void Denoise::reset() noexcept {
  for (auto& t : trackers_) t->reset();
  for (auto& r : rules_) r->reset();
  whitening_.reset();
  tracker_ = nullptr;
  rule_ = nullptr;
  reductionDb_ = 0.0f;
}

void Denoise::process(SpectralFrame frame) noexcept {
  readParams();
  measurePower(frame);
  if (learning_) {
    for (int k = 0; k < spec_.bins; ++k) learnedPower_[k] += power_[k];
    ++learnedFrames_;
  }
  estimateNoise();
  estimateGains();
  apply(frame);
}

void Denoise::readParams() noexcept {
  floor_ = gainFromDb(get(kFloor));
  noiseScale_ = powerFromDb(get(kSensitivity));
  lowCutBins_ = std::min(spec_.bins, static_cast<int>(std::ceil(get(kLowCut) * spec_.fftSize / spec_.sampleRate)));
  chooseTracker();
  chooseRule();
  if (get(kAttack) == attackMs_) return;
  attackMs_ = get(kAttack);
  for (auto& t : trackers_) t->attack(attackMs_ / 1000.0);
}

void Denoise::chooseTracker() noexcept {
  NoiseTracker* chosen = trackers_[static_cast<size_t>(get(kTracker))].get();
  if (chosen == tracker_) return;
  if (tracker_)
    chosen->seed(tracker_->noise());  // the voice goes on
  else
    chosen->reset();
  tracker_ = chosen;
}

void Denoise::chooseRule() noexcept {
  GainRule* chosen = rules_[static_cast<size_t>(get(kMethod))].get();
  if (chosen != rule_) chosen->reset();
  rule_ = chosen;
  subtraction_->overSubtraction = get(kOverSubtraction);
  subtraction_->amplitudes = get(kExponent) > 0.5f;
  subtraction_->adaptive = get(kAdaptive) > 0.5f;
  gate_->threshold = movingGate_->threshold = get(kThreshold);
}

void Denoise::measurePower(const SpectralFrame& frame) noexcept {
  for (int k = 0; k < frame.bins; ++k) power_[k] = std::max(frame.power(k), kLeastPower);
}

void Denoise::estimateNoise() noexcept {
  if (!digitalSilence(power_)) tracker_->update(std::span(power_).first(spec_.bins));
  const std::span<const float> tracked = tracker_->noise();
  const bool profileOnly = profile_ && get(kTracker) == kProfileOnly;
  for (int k = 0; k < spec_.bins; ++k) {
    const float n = profileOnly ? profilePower_[k] : profile_ ? std::max(tracked[k], profilePower_[k]) : tracked[k];
    noise_[k] = n * noiseScale_;
  }
}

void Denoise::estimateGains() noexcept {
  rule_->gains({power_, noise_, floor_}, gain_);
  if (get(kSmoothing) > 0.5f) smoothing_.process(power_, gain_);
  if (get(kWhitening) > 0.0f) whitening_.process(power_, gain_, get(kWhitening));
  std::fill_n(gain_.begin(), lowCutBins_, floor_);
}

void Denoise::apply(SpectralFrame frame) noexcept {
  double before = 0.0, after = 0.0;
  for (int k = 0; k < frame.bins; ++k) {
    before += power_[k];
    after += power_[k] * gain_[k] * gain_[k];
  }
  reductionDb_ = dbFromPower(after / before);
  for (int c = 0; c < frame.channels; ++c) {
    for (int k = 0; k < frame.bins; ++k) frame.spectrum[c][k] *= gain_[k];
  }
}

std::vector<float> Denoise::noiseDensityDb() const {
  if (!tracker_) return {};
  const std::vector<double> power(noise_.begin(), noise_.begin() + spec_.bins);
  const auto profile =
      NoiseProfile::measure(power, spec_.sampleRate / spec_.fftSize, spec_.sampleRate, spec_.windowEnergy);
  return {profile.densityDb().begin(), profile.densityDb().end()};
}

void Denoise::startLearning() noexcept {
  learning_ = true;
  learnedFrames_ = 0;
  std::fill(learnedPower_.begin(), learnedPower_.end(), 0.0);
}

std::string Denoise::finishLearning() {
  learning_ = false;
  if (learnedFrames_ < kFewestLearnedFrames) return "the noise profile needs at least 0.1 s of noise alone";
  double sum = 0.0;
  for (double& p : learnedPower_) sum += p /= learnedFrames_;
  if (sum <= 4.0 * kLeastPower * spec_.bins) return "there is only digital silence here: a noise profile needs noise";
  profile_ =
      NoiseProfile::measure(learnedPower_, spec_.sampleRate / spec_.fftSize, spec_.sampleRate, spec_.windowEnergy);
  expandProfile();
  return {};
}

void Denoise::expandProfile() {
  profile_->expand(profilePower_, spec_.sampleRate / spec_.fftSize, spec_.sampleRate, spec_.windowEnergy);
}

std::vector<float> Denoise::learned() const {
  if (!profile_) return {};
  return {profile_->densityDb().begin(), profile_->densityDb().end()};
}

std::string Denoise::restore(std::span<const float> densityDb) {
  if (densityDb.empty()) {
    profile_.reset();
    return {};
  }
  if (std::string wrong = NoiseProfile::check(densityDb); !wrong.empty()) return wrong;
  profile_.emplace(densityDb);
  if (spec_.bins > 0) expandProfile();
  return {};
}

}  // namespace rinse
