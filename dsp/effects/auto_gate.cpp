#include "effects/auto_gate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "blocks/decibel.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -80.0f,
     .max = 0.0f,
     .defaultValue = -60.0f,
     .help = "How far it turns down when shut; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -80.0f},
    {.id = "offset",
     .label = "Offset",
     .unit = "dB",
     .min = -24.0f,
     .max = 24.0f,
     .defaultValue = 0.0f,
     .help = "Moves the threshold that it found; lower keeps softer hits."},
};

constexpr double kFrameSeconds = 0.005;
constexpr float kLowestDb = -120.0f, kRiseDb = 6.0f;  // dB in a frame, from which on it is a hit
constexpr int kFewestHits = 8;
constexpr int kRinging = 60;                       // frames of a hit's decay that are looked at
constexpr float kHoldMs = 30.0f, kShutDb = 40.0f;  // of its decay that is let pass
constexpr double kAsGood = 1.02;

}  // namespace

const std::span<const Param> AutoGate::kParams = kTable;

void AutoGate::prepare(const Spec& spec) {
  gate_.prepare(spec);
  frame_ = std::max(1, static_cast<int>(kFrameSeconds * spec.sampleRate));
  peaks_.assign(kLevels, 0.0);
  reset();
}

void AutoGate::reset() noexcept {
  gate_.reset();
  filled_ = 0;
  peak_ = 0.0f;
}

void AutoGate::process(Block b) noexcept {
  if (learning_) {
    for (int i = 0; i < b.frames; ++i) {
      for (int c = 0; c < b.channels; ++c) peak_ = std::max(peak_, std::abs(b[c][i]));
      if (++filled_ < frame_) continue;
      listen(20.0f * std::log10(peak_ + 1e-9f));
      filled_ = 0, peak_ = 0.0f;
    }
  }
  gate_.set(Gate::kRange, get(kRange));
  gate_.set(Gate::kThreshold, std::clamp(settings_.threshold + get(kOffset), -80.0f, 0.0f));
  gate_.set(Gate::kHold, settings_.hold);
  gate_.set(Gate::kRelease, settings_.release);
  gate_.set(Gate::kAttack, 0.5f);
  gate_.process(b);
}

void AutoGate::startLearning() noexcept {
  learning_ = true;
  std::fill(peaks_.begin(), peaks_.end(), 0.0);
  top_ = before_ = kLowestDb;
  since_ = kRinging;
  falls_ = fallFrames_ = 0.0;
}

/// A frame's peak level: the beginning of a hit, its top, or its decay.
void AutoGate::listen(float db) noexcept {
  const auto count = [&](float level) { ++peaks_[std::clamp(static_cast<int>(level - kLowestDb), 0, kLevels - 1)]; };
  ++since_;
  if (db > before_ + kRiseDb && db > top_ - 0.5f * static_cast<float>(since_)) {
    top_ = db, since_ = 0;
  } else if (since_ < 4 && db > top_) {
    top_ = db;
  } else if (since_ == 4 && top_ > kLowestDb + 1.0f) {
    count(top_);
  } else if (since_ > 4 && since_ < kRinging && db < top_ && db > top_ - 30.0f) {  // loud hits tell how the drum decays
    const double weight = std::pow(10.0, 0.05 * top_);
    falls_ += weight * (top_ - db), fallFrames_ += weight * since_;
  }
  before_ = db;
}

std::string AutoGate::finishLearning() {
  learning_ = false;
  const double hits = std::accumulate(peaks_.begin(), peaks_.end(), 0.0);
  if (hits < kFewestHits) return "the gate needs at least eight hits to set itself";
  // Each level as threshold: the energy of the hits below it is lost where they are wanted, of those above let through
  // where they are bleed. A hit of a level is wanted with the probability of the louder of two heaps (two normal
  // distributions, by expectation maximization).
  double mean[2] = {0.0, 0.0}, deviation[2] = {8.0, 8.0}, share[2] = {0.5, 0.5};
  double seen = 0.0;
  for (int l = 0; l < kLevels; ++l) {  // begins with the quarters of the distribution
    if (seen < 0.25 * hits) mean[0] = l;
    if (seen < 0.75 * hits) mean[1] = l;
    seen += peaks_[l];
  }
  std::vector<double> wanted(kLevels, 0.0);
  for (int round = 0; round < 100; ++round) {
    double sum[2] = {}, first[2] = {}, second[2] = {};
    for (int l = 0; l < kLevels; ++l) {
      double p[2];
      for (int h = 0; h < 2; ++h)
        p[h] = share[h] / deviation[h] * std::exp(-0.5 * std::pow((l - mean[h]) / deviation[h], 2)) + 1e-30;
      wanted[l] = p[1] / (p[0] + p[1]);
      for (int h = 0; h < 2; ++h) {
        const double weight = peaks_[l] * (h == 1 ? wanted[l] : 1.0 - wanted[l]);
        sum[h] += weight, first[h] += weight * l, second[h] += weight * l * l;
      }
    }
    for (int h = 0; h < 2; ++h) {
      if (sum[h] < 1e-6) continue;
      mean[h] = first[h] / sum[h];
      deviation[h] = std::max(2.0, std::sqrt(std::max(0.0, second[h] / sum[h] - mean[h] * mean[h])));
      share[h] = sum[h] / hits;
    }
  }
  std::vector<double> cost(kLevels, 0.0);
  for (int t = 0; t < kLevels; ++t) {
    for (int l = 0; l < kLevels; ++l) {
      const double energy = peaks_[l] * std::pow(10.0, 0.1 * (l + kLowestDb));
      cost[t] += l < t ? wanted[l] * energy : (1.0 - wanted[l]) * energy;
    }
  }
  // In the middle of those that are as good as the best.
  const auto best = std::min_element(cost.begin(), cost.end());
  const auto good = [&](double c) { return c <= *best * kAsGood + 1e-12; };
  auto first = best, last = best;
  while (first != cost.begin() && good(*(first - 1))) --first;
  while (last + 1 != cost.end() && good(*(last + 1))) ++last;
  settings_.threshold = 0.5f * static_cast<float>((first - cost.begin()) + (last - cost.begin())) + kLowestDb;
  // Never nearer to the louder heap than to the softer one: a lost hit is worse than bleed.
  settings_.threshold = std::min(settings_.threshold, static_cast<float>(0.5 * (mean[0] + mean[1])) + kLowestDb);
  settings_.threshold = std::clamp(settings_.threshold, -80.0f, 0.0f);
  settings_.hold = kHoldMs;
  if (fallFrames_ > 0.0 && falls_ > 0.0) {
    const double perSecond = falls_ / (fallFrames_ * kFrameSeconds);
    settings_.release = static_cast<float>(std::clamp(1000.0 * kShutDb / perSecond, 20.0, 1000.0));
  }
  hasLearned_ = true;
  return {};
}

std::vector<float> AutoGate::learned() const {
  if (!hasLearned_) return {};
  return {settings_.threshold, settings_.hold, settings_.release};
}

std::string AutoGate::restore(std::span<const float> values) {
  if (values.empty()) {
    settings_ = {};
    hasLearned_ = false;
    return {};
  }
  const bool good = values.size() == 3 && values[0] >= -80.0f && values[0] <= 0.0f && values[1] >= 0.0f &&
                    values[1] <= 1000.0f && values[2] >= 5.0f && values[2] <= 3000.0f;
  if (!good)
    return "an automatic gate holds three numbers: threshold (-80 to 0 dB), hold (0 to 1000 ms), release (5 to 3000 "
           "ms)";
  settings_ = {values[0], values[1], values[2]};
  hasLearned_ = true;
  return {};
}

}  // namespace rinse
