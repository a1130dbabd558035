#include "effects/voice_denoise.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const char* const kGuardNames[] = {"off", "on"};

const Param kTable[] = {
    {.id = "limit",
     .label = "Attenuation limit",
     .unit = "dB",
     .min = -60.0f,
     .max = 0.0f,
     .defaultValue = -40.0f,
     .help = "How far anything is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -60.0f},
    {.id = "guard",
     .label = "Music guard",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 1.0f,
     .help = "on: lets music pass that plays without a voice; off: takes it away.",
     .choices = kGuardNames},
};

// The guard opens after a second or so of music alone and closes within a few words.
constexpr double kGuardAttackSeconds = 0.8, kGuardReleaseSeconds = 0.15;
constexpr double kSpeechHoldSeconds = 1.5;
constexpr float kGuardFrom = 0.35f, kGuardTo = 0.65f;  // of the smoothed probability of music alone

float smoothing(double hopSeconds, double seconds) { return static_cast<float>(1.0 - std::exp(-hopSeconds / seconds)); }

}  // namespace

const std::span<const Param> VoiceDenoise::kParams = kTable;

VoiceDenoise::VoiceDenoise(nn::VoiceNet net)
    : SpectralEffect(kTable), net_(std::move(net)), input_(nn::VoiceFrame::kPositions * nn::VoiceFrame::kInputs) {}

void VoiceDenoise::prepare(const SpectralSpec& spec) {
  spec_ = spec;
  framesPerThought_ = std::max(1, static_cast<int>(std::lround(nn::VoiceFrame::kHopSeconds / spec.hopSeconds)));
  guardAttack_ = smoothing(spec.hopSeconds, kGuardAttackSeconds);
  guardRelease_ = smoothing(spec.hopSeconds, kGuardReleaseSeconds);
  speechHold_ = smoothing(spec.hopSeconds, kSpeechHoldSeconds);
  linked_.assign(spec.bins, {});
  mask_.assign(spec.bins, {});
  reset();
}

void VoiceDenoise::reset() noexcept {
  features_.reset();
  net_.reset();
  std::fill(mask_.begin(), mask_.end(), std::complex<float>(1.0f));
  untilThought_ = 0;
  speech_ = heldSpeech_ = music_ = 0.0f;
  reductionDb_ = 0.0f;
}

void VoiceDenoise::process(SpectralFrame frame) noexcept {
  link(frame);
  if (untilThought_ == 0) think();
  untilThought_ = (untilThought_ + 1) % framesPerThought_;
  apply(frame, passed());
}

/// The power of all channels with the phase of their sum: one mask for all, so that the image stays.
void VoiceDenoise::link(const SpectralFrame& frame) noexcept {
  if (frame.channels == 1) {
    std::copy_n(frame.spectrum[0], frame.bins, linked_.begin());
    return;
  }
  for (int k = 0; k < frame.bins; ++k) {
    std::complex<float> sum = 0.0f;
    float power = 0.0f;
    for (int c = 0; c < frame.channels; ++c) {
      sum += frame.spectrum[c][k];
      power += std::norm(frame.spectrum[c][k]);
    }
    const float magnitude = std::sqrt(power / static_cast<float>(frame.channels)), length = std::abs(sum);
    linked_[k] = length > 0.0f ? sum * (magnitude / length) : std::complex<float>(magnitude);
  }
}

void VoiceDenoise::think() noexcept {
  features_.input(linked_, input_.data());
  const nn::VoiceNet::Answer answer = net_(input_.data());
  nn::VoiceFrame::mask(answer.output, mask_);
  speech_ = answer.speech;
  heldSpeech_ = std::max(speech_, heldSpeech_ - speechHold_ * heldSpeech_);
  const float alone = answer.music * (1.0f - heldSpeech_);
  music_ += (alone > music_ ? guardAttack_ : guardRelease_) * static_cast<float>(framesPerThought_) * (alone - music_);
}

/// The share of the input that stays whatever the mask says, a gain.
float VoiceDenoise::passed() noexcept {
  const float open =
      get(kGuard) > 0.5f ? std::clamp((music_ - kGuardFrom) / (kGuardTo - kGuardFrom), 0.0f, 1.0f) : 0.0f;
  return gainFromDb(get(kLimit) * (1.0f - open));
}

void VoiceDenoise::apply(SpectralFrame frame, float passed) noexcept {
  double before = 0.0, after = 0.0;
  for (int k = 0; k < frame.bins; ++k) {
    const std::complex<float> gain = passed + (1.0f - passed) * mask_[k];
    const float power = std::norm(linked_[k]);
    before += power;
    after += power * std::norm(gain);
    for (int c = 0; c < frame.channels; ++c) frame.spectrum[c][k] *= gain;
  }
  reductionDb_ = before > 0.0 ? dbFromPower(after / before) : 0.0f;
}

}  // namespace rinse
