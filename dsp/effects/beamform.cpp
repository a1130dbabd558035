#include "effects/beamform.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const char* const kMethodNames[] = {"mvdr", "delay-and-sum"};

const Param kTable[] = {
    {.id = "amount",
     .label = "Amount",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 1.0f,
     .help = "How much of the beam each channel gets; 0 leaves every microphone as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 1.0f},
    {.id = "method",
     .label = "Method",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.0f,
     .help = "mvdr takes away what comes from elsewhere; delay-and-sum only lines the microphones up, and changes the "
             "voice least.",
     .choices = kMethodNames},
    {.id = "memory",
     .label = "Memory",
     .unit = "s",
     .min = 0.5f,
     .max = 60.0f,
     .defaultValue = 8.0f,
     .help = "How long a place is remembered: shorter where the speaker walks about."},
};

constexpr double kSpeedOfSound = 343.0;   // m/s
constexpr double kMostMetres = 1.5;       // from the first microphone to another, by which a voice may be nearer
constexpr float kClear = 0.5f;            // of a bin's power, from which its phase is the voice's
constexpr double kDelaySeconds = 1.0;     // over which delays are averaged
constexpr float kNoiseBelow = 0.15f;      // of the amplitude left by the suppressor: what holds less is noise
constexpr double kStrengthSeconds = 3.0;  // over which the voice's strength is compared
constexpr double kStronger = 2.0;         // power ratio by which another microphone must be better
constexpr double kLouderSeconds = 0.04;   // over which a beam is compared with its reference

}  // namespace

const std::span<const Param> Beamform::kParams = kTable;

Beamform::Beamform(nn::VoiceNet net, bool longFrames)
    : TimeEffect(kTable), longFrames_(longFrames), suppressor_(std::move(net), false) {
  suppressor_.set(VoiceDenoise::kLimit, -60.0f);
}

void Beamform::prepare(const Spec& spec) {
  spec_ = spec;
  const FrameKind house = spec.lowLatency && !longFrames_ ? FrameKind::LowLatency : FrameKind::House;
  const FrameKind frame = longFrames_ ? FrameKind::Long : house;
  suppressing_.emplace(house).add(suppressor_);
  listening_.emplace(frame).add(tap_);
  beams_.emplace(frame).add(beam_);
  suppressing_->prepare(spec);
  listening_->prepare(spec);
  hop_ = listening_->latency() / 2;
  const int late = suppressing_->latency();
  beam_.lagFrames = (late + hop_ - 1) / hop_;
  suppressed_.assign(spec.channels, Delay(beam_.lagFrames * hop_ - late));
  beams_->prepare(spec);
  heard_.assign(spec.channels, std::vector<float>(spec.maxFrames));
  reset();
}

void Beamform::reset() noexcept {
  suppressing_->reset();
  listening_->reset();
  beams_->reset();
  for (Delay& d : suppressed_) d.reset();
  filled_ = 0;
}

void Beamform::process(Block b) noexcept {
  // Never beyond a frame's border: the suppressor's spectrum must be there when the microphones' frame is worked on.
  for (int from = 0; from < b.frames;) {
    const Block piece = b.part(from, std::min(hop_ - filled_, b.frames - from));
    from += piece.frames;
    filled_ = (filled_ + piece.frames) % hop_;
    Block heard{{}, piece.channels, piece.frames};
    for (int c = 0; c < piece.channels; ++c) {
      heard.data[c] = heard_[c].data();
      std::copy_n(piece[c], piece.frames, heard[c]);
    }
    suppressing_->process(heard);
    for (int c = 0; c < piece.channels; ++c) suppressed_[c].process(heard[c], heard[c], heard.frames);
    listening_->process(heard);
    beams_->process(piece);
  }
}

void Beamform::Tap::process(SpectralFrame f) noexcept {
  for (int k = 0; k < f.bins; ++k) power[k] = f.power(k);
}

void Beamform::Beam::prepare(const SpectralSpec& s) {
  spec = s;
  mvdr.prepare(s.bins, s.channels);
  const int longest = static_cast<int>(owner.spec_.sampleRate * kMostMetres / kSpeedOfSound) + 1;
  delays.prepare(s.fftSize, s.channels, std::min(longest, s.fftSize / 2 - 1));
  past.assign(static_cast<size_t>(lagFrames + 1) * s.channels * s.bins, {});
  then.assign(s.channels, nullptr);
  voice.assign(s.bins, 0.0f);
  clear.assign(s.bins, 0.0f);
  for (auto* v : {&beamPower, &micPower}) v->assign(s.bins, 0.0f);
  strength.assign(s.channels, 0.0);
  out.assign(s.bins, {});
  column.assign(s.channels, {});
  reset();
}

void Beamform::Beam::reset() noexcept {
  mvdr.reset();
  delays.reset();
  std::fill(past.begin(), past.end(), std::complex<float>{});
  for (auto* v : {&beamPower, &micPower}) std::fill(v->begin(), v->end(), 0.0f);
  std::fill(strength.begin(), strength.end(), 0.0);
  now = reference = 0;
  reductionDb = 0.0f;
}

void Beamform::Beam::process(SpectralFrame frame) noexcept {
  if (frame.channels == 1) return;
  const size_t all = static_cast<size_t>(frame.channels) * frame.bins;
  for (int c = 0; c < frame.channels; ++c)
    std::copy_n(frame.spectrum[c], frame.bins, &past[now * all + static_cast<size_t>(c) * frame.bins]);
  now = (now + 1) % (lagFrames + 1);
  for (int c = 0; c < frame.channels; ++c) then[c] = &past[now * all + static_cast<size_t>(c) * frame.bins];
  learn();
  chooseReference();
  if (owner.get(kMethod) > 0.5f)
    delayAndSum(frame);
  else
    minimumVariance(frame);
  double before = 0.0, after = 0.0;
  for (int k = 0; k < frame.bins; ++k) before += std::norm(frame.spectrum[reference][k]), after += std::norm(out[k]);
  reductionDb = before > 0.0 ? std::min(dbFromPower(static_cast<float>(after / before)), 0.0f) : 0.0f;
  const float amount = owner.get(kAmount);
  for (int c = 0; c < frame.channels; ++c) {
    for (int k = 0; k < frame.bins; ++k)
      frame.spectrum[c][k] = amount == 1.0f ? out[k] : frame.spectrum[c][k] + amount * (out[k] - frame.spectrum[c][k]);
  }
}

/// What the suppressor says of the frame that it has heard.
void Beamform::Beam::learn() noexcept {
  const auto frames = [&](double seconds) { return static_cast<float>(seconds / spec.hopSeconds); };
  const auto channels = static_cast<float>(spec.channels);
  const float memory = std::max(frames(owner.get(kMemory)), 4.0f);
  for (int k = 0; k < spec.bins; ++k) {
    float power = 0.0f;
    for (int c = 0; c < spec.channels; ++c) power += std::norm(column[c] = then[c][k]);
    if (!(power > 1e-18f)) {  // digital silence
      voice[k] = 0.0f;
      continue;
    }
    voice[k] = std::min(channels * owner.tap_.power[k] / power, 1.0f);
    const float noise = std::max(0.0f, 1.0f - std::sqrt(voice[k]) / kNoiseBelow);
    mvdr.update(k, column.data(), voice[k], noise, memory);
  }
  for (int k = 0; k < spec.bins; ++k) clear[k] = voice[k] > kClear ? 1.0f : 0.0f;
  delays.update(then, clear, 1.0f / frames(kDelaySeconds));
}

/// The microphone in which the voice is strongest; another one only where it is clearly so.
void Beamform::Beam::chooseReference() noexcept {
  const double share = spec.hopSeconds / kStrengthSeconds;
  int best = reference;
  for (int c = 0; c < spec.channels; ++c) {
    double power = 0.0;
    for (int k = 0; k < spec.bins; ++k) power += voice[k] * std::norm(then[c][k]);
    strength[c] += share * (power - strength[c]);
    if (strength[c] > strength[best]) best = c;
  }
  if (strength[best] > kStronger * strength[reference]) reference = best;
}

/// Where the beam is louder than its reference, it has not found the voice's direction yet and raises the noise: any
/// mixture of the two passes the voice, so there it gives way.
void Beamform::Beam::minimumVariance(const SpectralFrame& frame) noexcept {
  const auto share = static_cast<float>(1.0 - std::exp(-spec.hopSeconds / kLouderSeconds));
  for (int k = 0; k < frame.bins; ++k) {
    mvdr.filter(k, reference, column.data());
    out[k] = 0.0f;
    for (int c = 0; c < frame.channels; ++c) out[k] += std::conj(column[c]) * frame.spectrum[c][k];
    const std::complex<float> mic = frame.spectrum[reference][k];
    beamPower[k] += share * (std::norm(out[k]) + kLeastPower - beamPower[k]);
    micPower[k] += share * (std::norm(mic) + kLeastPower - micPower[k]);
    if (beamPower[k] <= micPower[k]) continue;
    const float ratio = micPower[k] / beamPower[k];
    out[k] = mic + ratio * ratio * (out[k] - mic);
  }
}

void Beamform::Beam::delayAndSum(const SpectralFrame& frame) noexcept {
  std::fill(out.begin(), out.end(), std::complex<float>{});
  const float share = 1.0f / static_cast<float>(frame.channels);
  for (int c = 0; c < frame.channels; ++c) {
    const double early = 2.0 * M_PI * (delays.delay(c) - delays.delay(reference)) / spec.fftSize;
    const std::complex<double> step = std::polar(1.0, early);
    std::complex<double> turn = 1.0;
    for (int k = 0; k < frame.bins; ++k, turn *= step)
      out[k] += share * std::complex<float>(turn) * frame.spectrum[c][k];
  }
}

}  // namespace rinse
