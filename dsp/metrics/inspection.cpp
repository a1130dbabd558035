#include "metrics/inspection.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "blocks/decibel.h"
#include "blocks/resampler.h"
#include "metrics/bandwidth.h"
#include "metrics/clicks.h"
#include "metrics/clipping.h"
#include "metrics/srmr.h"
#include "metrics/true_peak.h"

namespace rinse {

namespace {

constexpr int kPiece = 4096;  // frames worked on at a time
constexpr int kSpeechRate = 16000;
// Reverberation is costly to measure: the loudest 8 seconds of every minute are enough for a report.
constexpr int kStretch = 8 * kSpeechRate, kMinute = 60 * kSpeechRate;

struct Channel {
  TruePeak peak;
  ClippingDetector clipping;
  NoiseLevelMeter noise;
  HumDetector hum;
  ClickDetector clicks;
  BandwidthMeter bandwidth;

  explicit Channel(int rate) : noise(rate), hum(rate), clicks(rate), bandwidth(rate) {}
};

template <class... Values>
std::string say(const char* format, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

const char* plural(long long count) { return count == 1 ? "" : "s"; }

}  // namespace

struct Inspector::State {
  double sampleRate;
  std::vector<Channel> channels;
  LoudnessMeter loudness;
  ChannelMeter levels;
  QuietStretch quiet;
  int64_t frames = 0;
  std::vector<std::vector<float>> piece;
  // Reverberation, of all channels' mean.
  Resampler toSpeechRate;
  std::vector<float> mono, low, minute;
  double srmrSum = 0.0, srmrWeight = 0.0;  // weighted by energy: room tone says nothing

  State(double rate, int count)
      : sampleRate(rate),
        loudness(rate, count),
        levels(count),
        quiet(rate, kPiece),
        piece(count, std::vector<float>(kPiece)),
        toSpeechRate(static_cast<int>(rate), kSpeechRate, 32),
        mono(kPiece),
        low(toSpeechRate.maxOutputs(kPiece)) {
    toSpeechRate.prepare(kPiece);
    for (int c = 0; c < count; ++c) channels.emplace_back(static_cast<int>(rate));
  }

  void add(int count) {
    Block block{{}, static_cast<int>(channels.size()), count};
    for (size_t c = 0; c < channels.size(); ++c) block.data[c] = piece[c].data();
    loudness.add(block);
    levels.add(block);
    quiet.add(block);
    for (size_t c = 0; c < channels.size(); ++c) {
      const float* x = piece[c].data();
      channels[c].peak.add({x, static_cast<size_t>(count)});
      channels[c].clipping.add({x, static_cast<size_t>(count)});
      channels[c].noise.add(x, count);
      channels[c].hum.add(x, count);
      channels[c].clicks.add(x, count);
      channels[c].bandwidth.add(x, count);
    }
    frames += count;
    for (int i = 0; i < count; ++i) {
      mono[i] = 0.0f;
      for (const auto& x : piece) mono[i] += x[i] / static_cast<float>(piece.size());
    }
    const int made = toSpeechRate.process(mono.data(), count, low.data());
    minute.insert(minute.end(), low.begin(), low.begin() + made);
    if (minute.size() < kMinute) return;
    addStretch(srmrSum, srmrWeight);
    minute.clear();
  }

  /// The loudest stretch of the minute.
  void addStretch(double& sum, double& weight) const {
    const size_t length = std::min<size_t>(kStretch, minute.size());
    size_t best = 0;
    double most = 0.0;
    for (size_t from = 0; from + length <= minute.size(); from += kSpeechRate) {
      double energy = 0.0;
      for (size_t i = from; i < from + length; ++i) energy += static_cast<double>(minute[i]) * minute[i];
      if (energy > most) most = energy, best = from;
    }
    const double ratio = srmr(std::span(minute).subspan(best, length), kSpeechRate);
    if (!std::isnan(ratio)) sum += most * ratio, weight += most;
  }

  double meanSrmr() const {
    double sum = srmrSum, weight = srmrWeight;
    addStretch(sum, weight);
    return weight > 0.0 ? sum / weight : std::numeric_limits<double>::quiet_NaN();
  }
};

namespace {

/// What the figures mean. Limits are those at which listeners begin to mind, and clearly do.
class Judge {
 public:
  explicit Judge(Inspection& report, double sampleRate) : r_(report), rate_(sampleRate) {}

  void run() {
    offsets();
    if (*std::max_element(r_.channels.rmsDb.begin(), r_.channels.rmsDb.end()) < -90.0)
      return found("channels", true, "The recording is silent.");
    channels();
    noise();
    hum();
    clipping();
    clicks();
    reverberation();
    loudness();
    bandwidth();
    std::stable_sort(r_.findings.begin(), r_.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  }

 private:
  void found(const char* id, bool clear, std::string text) {
    r_.findings.push_back({id, clear ? Finding::clear : Finding::slight, std::move(text)});
  }

  void offsets() {
    for (size_t c = 0; c < r_.channels.offset.size(); ++c) {
      const double percent = 100.0 * r_.channels.offset[c];
      if (std::abs(percent) > 1.0)
        found("channels", false,
              say("Channel %d has a constant offset of %.1f %% of full scale.", static_cast<int>(c) + 1, percent));
    }
  }

  void channels() {
    const auto& levels = r_.channels.rmsDb;
    const int count = static_cast<int>(levels.size());
    const double loudest = *std::max_element(levels.begin(), levels.end());
    for (int c = 0; c < count; ++c) {
      if (levels[c] < std::min(loudest - 50.0, -80.0) && !isLowFrequencyChannel(c, count))
        found("channels", true, say("Channel %d is dead.", c + 1));
    }
    if (r_.channels.inverted)
      found("channels", true, "One of the first two channels is inverted: in mono they cancel each other.");
    if (r_.channels.identical && count == 2) found("channels", false, "Both channels are the same: this is mono.");
    if (std::abs(r_.channels.balanceDb) > 6.0 && std::min(levels[0], levels.back()) > -80.0) {
      found("channels", false,
            say("The %s channel is %.0f dB louder.", r_.channels.balanceDb > 0.0 ? "left" : "right",
                std::abs(r_.channels.balanceDb)));
    }
  }

  void noise() {
    const double ratio = r_.noise.ratioDb;
    if (std::isnan(ratio) && !std::isnan(r_.noise.noiseDb) && r_.noise.noiseDb > -70.0)
      return found("noise", true,
                   say("Steady sound of %.0f dB throughout, nothing stands out of it.", r_.noise.noiseDb));
    if (ratio < 30.0 && r_.noise.noiseDb > -75.0)
      found("noise", ratio < 18.0, say("Noise: the voice stands only %.0f dB above it.", ratio));
  }
  void hum() {
    if (r_.hum.hz > 0.0 && r_.hum.db > -75.0)
      found("hum", r_.hum.db > -50.0,
            say("Hum at %.1f Hz, %d harmonic%s, %.0f dB.", r_.hum.hz, r_.hum.harmonics, plural(r_.hum.harmonics),
                r_.hum.db));
  }
  void clipping() {
    if (r_.clippedPeaks > 0)
      found("clipping", r_.clippedPeaks > r_.seconds,
            say("%lld clipped peak%s, from %.1f dB on.", r_.clippedPeaks, plural(r_.clippedPeaks), r_.clippedLevelDb));
  }
  void clicks() {
    const double perSecond = static_cast<double>(r_.clicks) / r_.seconds;
    if (perSecond > 0.5 && r_.clippedPeaks == 0)
      found("clicks", perSecond > 1.0, say("%lld click%s, %.1f each second.", r_.clicks, plural(r_.clicks), perSecond));
  }
  void reverberation() {
    if (r_.srmr < 4.0 && r_.noise.ratioDb > 20.0)
      found("reverberation", r_.srmr < 2.8,  // noise lowers the measure too
            say("Reverberation: speech to reverberation modulation ratio %.1f.", r_.srmr));
  }
  void loudness() {
    const double lufs = r_.loudness.integratedLufs;
    if (lufs < -30.0) found("loudness", lufs < -40.0, say("Too soft: %.0f LUFS.", lufs));
    if (lufs > -12.0) found("loudness", lufs > -8.0, say("Very loud: %.0f LUFS.", lufs));
    if (r_.truePeakDb > 0.0)
      found("loudness", r_.truePeakDb > 1.0,
            say("Peaks rise to %.1f dBTP between the samples: players may clip them.", r_.truePeakDb));
  }
  void bandwidth() {
    if (r_.bandwidthHz > 0.0 && r_.bandwidthHz < 0.8 * rate_ / 2.0 && r_.bandwidthHz < 10000.0) {
      found("bandwidth", r_.bandwidthHz < 4500.0,
            say("Nothing above %.1f kHz, though the file could hold %.1f.", r_.bandwidthHz / 1000.0, rate_ / 2000.0));
    }
  }

  Inspection& r_;
  double rate_;
};

}  // namespace

std::vector<Measured> measured(const Inspection& r) {
  const bool hum = r.hum.hz > 0.0;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return {{"integrated_lufs", "Loudness", "LUFS", r.loudness.integratedLufs},
          {"loudness_range_lu", "Loudness range", "LU", r.loudness.rangeLu},
          {"true_peak_dbtp", "True peak", "dBTP", r.truePeakDb},
          {"noise_floor_db", "Noise floor", "dB", r.noise.noiseDb},
          {"speech_level_db", "Level above it", "dB", r.noise.signalDb},
          {"speech_to_noise_db", "Speech to noise", "dB", r.noise.ratioDb},
          {"noise_from_s", "Noise alone from", "s", r.quiet ? r.quiet->from : kNone},
          {"noise_to_s", "Noise alone to", "s", r.quiet ? r.quiet->to : kNone},
          {"srmr", "Dryness (SRMR)", "", r.srmr},
          {"bandwidth_hz", "Content up to", "Hz", r.bandwidthHz},
          {"hum_hz", "Hum at", "Hz", hum ? r.hum.hz : kNone},
          {"hum_db", "Hum level", "dB", hum ? r.hum.db : kNone},
          {"hum_harmonics", "Hum harmonics", "", hum ? r.hum.harmonics : kNone},
          {"clipped_peaks", "Clipped peaks", "", static_cast<double>(r.clippedPeaks)},
          {"clipped_percent", "Clipped samples", "%", 100.0 * r.clippedShare},
          {"clipping_level_db", "Clipped at", "dB", r.clippedPeaks > 0 ? r.clippedLevelDb : kNone},
          {"clicks", "Clicks", "", static_cast<double>(r.clicks)},
          {"balance_db", "Left over right", "dB", r.channels.rmsDb.size() == 2 ? r.channels.balanceDb : kNone}};
}

Result<std::unique_ptr<Inspector>> Inspector::create(double sampleRate, int channels) {
  if (!(sampleRate >= 8000.0 && sampleRate <= 192000.0))
    return Error{"the sample rate is out of range; 8000 to 192000 Hz are accepted"};
  if (channels < 1 || channels > kMaxChannels)
    return Error{"the number of channels is out of range; 1 to 8 are accepted"};
  return std::unique_ptr<Inspector>(new Inspector(std::make_unique<State>(sampleRate, channels)));
}

Inspector::Inspector(std::unique_ptr<State> state) : state_(std::move(state)) {}
Inspector::~Inspector() = default;

void Inspector::add(Block block) {
  for (int at = 0; at < block.frames; at += kPiece) {
    const int count = std::min(kPiece, block.frames - at);
    for (size_t c = 0; c < state_->piece.size(); ++c) {
      std::transform(block.data[c] + at, block.data[c] + at + count, state_->piece[c].begin(),
                     [](float v) { return std::abs(v) <= kLoudest ? v : 0.0f; });
    }
    state_->add(count);
  }
}

Inspection Inspector::result() const {
  Inspection r;
  const State& s = *state_;
  r.seconds = static_cast<double>(s.frames) / s.sampleRate;
  r.loudness = s.loudness.result();
  r.channels = s.levels.result();
  r.quiet = s.quiet.result();
  r.srmr = s.meanSrmr();
  const auto loudest = std::max_element(r.channels.rmsDb.begin(), r.channels.rmsDb.end()) - r.channels.rmsDb.begin();
  r.noise = s.channels[loudest].noise.result();
  int64_t clipped = 0;
  float peak = 0.0f, level = 0.0f;
  for (const Channel& c : s.channels) {
    peak = std::max(peak, c.peak.peak());
    if (const Hum hum = c.hum.result(); hum.hz > 0.0 && hum.db > r.hum.db) r.hum = hum;
    const ClippingDetector::Result clipping = c.clipping.result();
    r.clippedPeaks += clipping.peaks;
    clipped += clipping.samples;
    if (clipping.peaks > 0) level = level == 0.0f ? clipping.level : std::min(level, clipping.level);
    r.clicks += c.clicks.clicks();
    r.bandwidthHz = std::max(r.bandwidthHz, c.bandwidth.result());
  }
  r.truePeakDb = dbFromPower(static_cast<double>(peak) * peak);
  r.clippedLevelDb = r.clippedPeaks > 0 ? dbFromPower(static_cast<double>(level) * level) : 0.0;
  if (s.frames > 0) {
    r.clippedShare =
        static_cast<double>(clipped) / static_cast<double>(s.frames * static_cast<int64_t>(s.channels.size()));
    Judge(r, s.sampleRate).run();
  }
  return r;
}

}  // namespace rinse
