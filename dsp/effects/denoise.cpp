#include "effects/denoise.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blocks/decibel.h"
#include "blocks/f32x4.h"
#include "blocks/log_mmse.h"
#include "noise/imcra.h"
#include "noise/spp_mmse.h"

namespace rinse {

namespace {

const char* const kTrackerNames[] = {"spp", "imcra"};

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
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help = "spp follows quickly (Gerkmann & Hendriks 2012); imcra waits for pauses (Cohen 2003).",
     .choices = kTrackerNames},
};

// Decision-directed a-priori SNR: Cohen & Berdugo 2001, eq. 32 with alpha = 0.92 at their hop of 8 ms, and its lower
// bound.
constexpr double kPriorSmoothing = 0.92, kPaperHop = 0.008;
constexpr float kLeastXi = 0.0031622777f;  // -25 dB
constexpr int kFewestLearnedFrames = 10;

}  // namespace

const std::span<const Param> Denoise::kParams = kTable;

Denoise::Denoise() : SpectralEffect(kTable) {
  trackers_[0] = std::make_unique<SppMmse>();
  trackers_[1] = std::make_unique<Imcra>();
}

void Denoise::prepare(const SpectralSpec& spec) {
  spec_ = spec;
  for (auto& t : trackers_) t->prepare(spec.bins, spec.hopSeconds);
  absence_.prepare(spec.bins, spec.sampleRate / spec.fftSize, spec.hopSeconds);
  for (auto* v : {&power_, &noise_, &xi_, &clean_, &gain_, &profilePower_}) v->assign(roundUp4(spec.bins), kLeastPower);
  learnedPower_.assign(spec.bins, 0.0);
  priorSmoothing_ = static_cast<float>(std::pow(kPriorSmoothing, spec.hopSeconds / kPaperHop));
  attackMs_ = -1.0f;
  if (profile_) expandProfile();
  reset();
}

void Denoise::reset() noexcept {
  for (auto& t : trackers_) t->reset();
  absence_.reset();
  std::fill(xi_.begin(), xi_.end(), kLeastXi);
  std::fill(clean_.begin(), clean_.end(), 0.0f);
  tracker_ = nullptr;
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
  NoiseTracker* chosen = trackers_[get(kTracker) < 0.5f ? 0 : 1].get();
  if (chosen != tracker_) {
    if (tracker_)
      chosen->seed(tracker_->noise());  // the voice goes on
    else
      chosen->reset();
    tracker_ = chosen;
  }
  if (get(kAttack) == attackMs_) return;
  attackMs_ = get(kAttack);
  for (auto& t : trackers_) t->attack(attackMs_ / 1000.0);
}

void Denoise::measurePower(const SpectralFrame& frame) noexcept {
  const float scale = 1.0f / static_cast<float>(frame.channels);
  for (int k = 0; k < frame.bins; ++k) {
    float sum = 0.0f;
    for (int c = 0; c < frame.channels; ++c) sum += std::norm(frame.spectrum[c][k]);
    power_[k] = std::max(sum * scale, kLeastPower);
  }
}

void Denoise::estimateNoise() noexcept {
  // Digital silence (a muted microphone) says nothing about the noise that comes back with the sound.
  if (std::accumulate(power_.begin(), power_.end(), 0.0f) > 2.0f * kLeastPower * static_cast<float>(power_.size()))
    tracker_->update(std::span(power_).first(spec_.bins));
  const std::span<const float> tracked = tracker_->noise();
  for (int k = 0; k < spec_.bins; ++k) {
    const float n = profile_ ? std::max(tracked[k], profilePower_[k]) : tracked[k];
    noise_[k] = n * noiseScale_;
  }
}

void Denoise::estimateGains() noexcept {
  const std::span<const float> absence = absence_.update(xi_);  // of the frame before: no look-ahead
  const float alpha = priorSmoothing_;
  const f32x4 logFloor = log2_4(splat(floor_));
  for (size_t k = 0; k < gain_.size(); k += 4) {
    const f32x4 y = load4(&power_[k]), n = load4(&noise_[k]);
    const f32x4 inverse = 1.0f / n;
    const f32x4 gamma = min4(y * inverse, splat(1e4f));
    const f32x4 xi =
        clamp4(alpha * load4(&clean_[k]) * inverse + (1.0f - alpha) * max4(gamma - 1.0f, splat(0.0f)), kLeastXi, 1e4f);
    const f32x4 wiener = xi / (1.0f + xi);
    const f32x4 v = max4(gamma * wiener, splat(1e-6f));
    const f32x4 expMinusV = exp4(-v);
    const f32x4 present = min4(logMmseGain4(wiener, v, expMinusV), splat(1.0f));  // G_H1
    const f32x4 q = load4(&absence[k]);
    const f32x4 p = 1.0f / (1.0f + q / (1.0f - q) * (1.0f + xi) * expMinusV);  // eq. 12
    store4(&gain_[k],
           exp2_4(p * log2_4(max4(present, splat(floor_))) + (1.0f - p) * logFloor));  // eq. 16: G_H1^p * G_min^(1-p)
    store4(&xi_[k], xi);
    store4(&clean_[k], present * present * y);
  }
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
