#include "metrics/inspection.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "blocks/decibel.h"
#include "blocks/resampler.h"
#include "metrics/bandwidth.h"
#include "metrics/clicks.h"
#include "metrics/clipping.h"
#include "metrics/findings.h"
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
    addFindings(r, s.sampleRate);
  }
  return r;
}

}  // namespace rinse
