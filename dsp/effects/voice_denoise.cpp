#include "effects/voice_denoise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "blocks/decibel.h"
#include "blocks/f32x4.h"

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

// The guard opens after a second and a half of music alone, stays open through what sounds unlike it for a moment, and
// closes at the first words, for longer than a speaker pauses: music under a voice does not swell up between sentences.
constexpr double kGuardAttackSeconds = 2.5, kGuardReleaseSeconds = 2.0;
constexpr float kGuardFrom = 0.3f, kGuardTo = 0.5f;  // of the smoothed probability of music alone
// Smoothed over a syllable, the probability of speech lies above 0.85 for longer than 0.2 s in all voices 2.5 dB below
// music that training did not hear, and in no music alone (models/voice/guard.py): what is shorter may be music that
// sounds like a voice for a moment. Each second of speech shuts the guard for twenty seconds, up to as many.
constexpr float kSpoken = 0.85f;
constexpr double kWordSeconds = 0.1, kDoubtSeconds = 0.2, kPauseSeconds = 20.0;
constexpr int kPauseForAThought = 20;  // thoughts
// Recordings with treble are scarce, so the network trusts it too little. Where somebody speaks or just spoke, what a
// tracker of steady noise would let pass above this passes.
constexpr double kTrebleHz = 8000.0;
// Above this few recordings teach it anything (the network for files leaves hiss alone at -11 dB): what is there comes
// with the treble below, or is none of a voice.
constexpr double kTopHz = 12000.0;
constexpr double kTrebleSeconds = 0.15;                // attack of that tracker
constexpr float kTrebleFrom = 0.3f, kTrebleTo = 0.7f;  // of the probability of speech
constexpr double kTrebleHoldSeconds = 0.5;             // after a word: sibilants look like noise to the network
// In a recording's first second nobody may have had the time for a word: a breath before it, or a sibilant that it
// begins with, is what stands out of quiet. Chosen on noises of the train split: their treble falls by 18 dB then (28
// without).
constexpr double kBeginSeconds = 1.0;
constexpr float kBeginFromDb = 25.0f, kBeginToDb = 35.0f;  // above the softest frame until then
constexpr int kWhole = 2;                                  // frames that reach back to before the beginning
// A sibilant before any word: one sound from 5 kHz up, of which the network knows the part below the treble.
constexpr float kSibilantFrom = 0.5f, kSibilantTo = 0.8f;  // of its gains there, in the mean

float step(float x, float from, float to) { return std::clamp((x - from) / (to - from), 0.0f, 1.0f); }

/// From one thought of the network to the next.
float smoothing(double seconds) { return static_cast<float>(1.0 - std::exp(-nn::VoiceFrame::kHopSeconds / seconds)); }

int thoughts(double seconds) { return static_cast<int>(seconds / nn::VoiceFrame::kHopSeconds); }

}  // namespace

const std::span<const Param> VoiceDenoise::kParams = kTable;

VoiceDenoise::VoiceDenoise(nn::VoiceNet net, bool ahead)
    : SpectralEffect(kTable), listener_(std::move(net)), ahead_(ahead ? nn::VoiceFrame::kAhead : 0) {}

void VoiceDenoise::prepare(const SpectralSpec& spec) {
  pace_.prepare(nn::VoiceFrame::kHopSeconds, spec.hopSeconds);
  guardAttack_ = smoothing(kGuardAttackSeconds);
  guardRelease_ = smoothing(kGuardReleaseSeconds);
  word_ = smoothing(kWordSeconds);
  listener_.prepare(spec.bins);
  linked_.assign(spec.bins, {});
  filtered_ = std::min(spec.bins, nn::VoiceFrame::kBins);
  for (Mask* m : {&mask_, &again_}) {
    m->filter.assign(nn::VoiceFrame::kBins * nn::VoiceFrame::kTaps, {});
    m->gain.assign(spec.bins, 1.0f);
  }
  frames_ = (listener_.delay() + nn::VoiceFrame::kTaps - 1) * pace_.frames() + 1;
  past_.assign(static_cast<size_t>(frames_) * spec.channels * filtered_, {});
  const auto& edges = nn::VoiceFrame::edges();
  firstTreble_ = 0;
  while (edges[firstTreble_] * nn::VoiceFrame::kBinHz < kTrebleHz) ++firstTreble_;
  const int bands = nn::VoiceFrame::kBands - firstTreble_;
  trebleNoise_.prepare(bands, nn::VoiceFrame::kHopSeconds);
  trebleNoise_.attack(kTrebleSeconds);
  trebleRule_.prepare(bands, nn::VoiceFrame::kBinHz, nn::VoiceFrame::kHopSeconds);
  for (auto* v : {&treblePower_, &trebleFloor_, &trebleGain_}) v->assign(roundUp4(bands), kLeastPower);
  reset();
}

void VoiceDenoise::reset() noexcept {
  listener_.reset();
  trebleNoise_.reset();
  trebleRule_.reset();
  for (Mask* m : {&mask_, &again_}) std::fill(m->gain.begin(), m->gain.end(), 1.0f);
  std::fill(past_.begin(), past_.end(), std::complex<float>{});
  pace_.reset();
  now_ = trebleTrusted_ = untilAlone_ = 0;
  sounded_ = 0;
  softest_ = std::numeric_limits<float>::max();
  begins_ = 0.0f;
  speech_ = said_ = musicHeard_ = music_ = 0.0f;
  reductionDb_ = 0.0f;
}

void VoiceDenoise::hear(const SpectralFrame& frame) noexcept {
  link(frame);
  remember(frame);
  thinks_ = pace_.next();  // so does process(): it lags by whole thoughts
  if (!thinks_) return;
  const nn::VoiceNet::Answer answer = listener_(linked_);
  nn::VoiceFrame::answer(answer.output, ahead_, mask_.filter, mask_.gain);
  if (revises()) nn::VoiceFrame::answer(answer.again, ahead_ + 1, again_.filter, again_.gain);
  speech_ = answer.speech;
  musicHeard_ = answer.music;
}

void VoiceDenoise::process(SpectralFrame frame) noexcept {
  if (thinks_) {
    if (lookAhead() > 0) link(frame);
    if (revises()) keepTreble(again_);
    followTreble();
    keepTreble(mask_);
    listenForWords();
  }
  double before = 0.0, after = 0.0;
  for (int k = 0; k < frame.bins; ++k) before += frame.power(k);
  apply(frame, mask_);
  for (int k = 0; k < frame.bins; ++k) after += frame.power(k);
  reductionDb_ = before > 0.0 ? dbFromPower(after / before + 1e-20) : 0.0f;
}

void VoiceDenoise::revise(SpectralFrame frame) noexcept { apply(frame, again_); }

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

void VoiceDenoise::remember(const SpectralFrame& frame) noexcept {
  now_ = (now_ + 1) % frames_;
  for (int c = 0; c < frame.channels; ++c)
    std::copy_n(frame.spectrum[c], filtered_, &past_[(static_cast<size_t>(now_) * frame.channels + c) * filtered_]);
}

void VoiceDenoise::listenForWords() noexcept {
  said_ += word_ * (speech_ - said_);
  const bool word = said_ > kSpoken;
  trebleTrusted_ = word ? thoughts(kTrebleHoldSeconds) : std::max(0, trebleTrusted_ - 1);
  const int doubted = kPauseForAThought * thoughts(kDoubtSeconds);
  untilAlone_ = std::clamp(untilAlone_ + (word ? kPauseForAThought : -1), 0, doubted + thoughts(kPauseSeconds));
  const float rate = musicHeard_ > music_ ? guardAttack_ : guardRelease_;
  music_ = untilAlone_ <= doubted ? music_ + rate * (musicHeard_ - music_) : 0.0f;
}

/// The bins of one of the treble's bands.
std::pair<int, int> VoiceDenoise::treble(int band) const noexcept {
  const auto& edges = nn::VoiceFrame::edges();
  const int b = firstTreble_ + band, bins = static_cast<int>(linked_.size());
  return {std::min(edges[b], bins), b + 1 == nn::VoiceFrame::kBands ? bins : std::min(edges[b + 1], bins)};
}

void VoiceDenoise::followTreble() noexcept {
  const int bands = nn::VoiceFrame::kBands - firstTreble_;
  for (int b = 0; b < bands; ++b) {
    const auto [from, to] = treble(b);
    float sum = 0.0f;
    for (int k = from; k < to; ++k) sum += std::norm(linked_[k]);
    treblePower_[b] = std::max(sum / static_cast<float>(std::max(1, to - from)), kLeastPower);
  }
  if (!digitalSilence(treblePower_)) {
    trebleNoise_.update(std::span(treblePower_).first(bands));
    const float power = std::accumulate(treblePower_.begin(), treblePower_.begin() + bands, 0.0f);
    sounded_ = std::min(sounded_ + 1, thoughts(kBeginSeconds));
    if (sounded_ > kWhole) softest_ = std::min(softest_, power);
    const bool beginning = sounded_ < thoughts(kBeginSeconds);
    begins_ = beginning ? step(dbFromPower(power / softest_), kBeginFromDb, kBeginToDb) : 0.0f;
  }
  std::copy_n(trebleNoise_.noise().begin(), bands, trebleFloor_.begin());
  trebleRule_.gains({treblePower_, trebleFloor_, 0.0f}, trebleGain_);
}

/// How far the treble's own tracker is to be trusted: as far as what is heard is a voice.
float VoiceDenoise::trusted(const Mask& mask) const noexcept {
  if (trebleTrusted_ > 0) return 1.0f;
  float sibilant = 0.0f;
  for (int b = 0; b < firstTreble_; ++b) {
    const int k = nn::VoiceFrame::edges()[b];
    if (k < static_cast<int>(mask.gain.size())) sibilant += mask.gain[k] / static_cast<float>(firstTreble_);
  }
  return std::max({begins_, step(speech_, kTrebleFrom, kTrebleTo), step(sibilant, kSibilantFrom, kSibilantTo)});
}

/// Opens the mask as far as the treble's own tracker would.
void VoiceDenoise::keepTreble(Mask& mask) noexcept {
  const float trust = trusted(mask);
  float below = 0.0f;
  for (int b = 0; b < nn::VoiceFrame::kBands - firstTreble_; ++b) {
    const auto [from, to] = treble(b);
    if (from >= to) break;
    const bool top = from * nn::VoiceFrame::kBinHz >= kTopHz;
    const float own = top ? std::min(mask.gain[from], below) : mask.gain[from];
    if (!top) below = std::max(below, own);
    std::fill(mask.gain.begin() + from, mask.gain.begin() + to, std::max(own, trust * trebleGain_[b]));
  }
}

/// The share of the input that stays whatever the mask says, a gain.
float VoiceDenoise::passed() const noexcept {
  const float open = get(kGuard) > 0.5f ? step(music_, kGuardFrom, kGuardTo) : 0.0f;
  return gainFromDb(get(kLimit) * (1.0f - open));
}

void VoiceDenoise::apply(SpectralFrame frame, const Mask& mask) noexcept {
  const float through = passed();
  for (int c = 0; c < frame.channels; ++c) {
    std::complex<float>* x = frame.spectrum[c];
    const std::complex<float>* past[nn::VoiceFrame::kTaps];
    for (int t = 0; t < nn::VoiceFrame::kTaps; ++t) {
      const int at = (now_ + frames_ - (listener_.delay() + t) * pace_.frames()) % frames_;
      past[t] = &past_[(static_cast<size_t>(at) * frame.channels + c) * filtered_];
    }
    for (int k = 0; k < filtered_; ++k) {
      const std::complex<float>* f = &mask.filter[k * nn::VoiceFrame::kTaps];
      std::complex<float> y = 0.0f;
      for (int t = 0; t < nn::VoiceFrame::kTaps; ++t) {
        const float re = f[t].real() * past[t][k].real() - f[t].imag() * past[t][k].imag();
        y += std::complex<float>(re, f[t].real() * past[t][k].imag() + f[t].imag() * past[t][k].real());
      }
      x[k] = through * x[k] + (1.0f - through) * y;
    }
    for (int k = filtered_; k < frame.bins; ++k) x[k] *= through + (1.0f - through) * mask.gain[k];
  }
}

}  // namespace rinse
