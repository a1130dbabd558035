#include "array/clocks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "blocks/correlation.h"

namespace rinse {

namespace {

constexpr double kCoarseSeconds = 300.0;  // of both, in which the offset is looked for
constexpr double kGlanceSeconds = 2.0;
constexpr int kGlances = 12;
constexpr double kStretchSeconds = 4.0;
constexpr int kMostStretches = 120;
constexpr double kReachSeconds = 0.03;  // that a stretch may lie beside where the ones before it lead
constexpr double kAlike = 0.15;         // normalized correlation from which on two stretches hold the same
constexpr double kNearSeconds = 0.002;  // to the line, to count as agreeing

/// The change from sample to sample: slow swings say little about time.
std::vector<float> differences(std::span<const float> x) {
  std::vector<float> y(x.size());
  for (size_t i = 1; i < x.size(); ++i) y[i] = x[i] - x[i - 1];
  return y;
}

double energy(std::span<const float> x) {
  double sum = 0.0;
  for (const float v : x) sum += static_cast<double>(v) * v;
  return sum;
}

struct Lag {
  double at, lag;  // samples
};

struct Fit {
  double lag;    // samples by which b lies later
  double alike;  // normalized correlation there, up to 1
  bool whole;    // all of a lies within b
};

/// The lag at which `b` fits `a` best; none where there is only silence.
std::optional<Fit> bestFit(std::span<const float> a, std::span<const float> b) {
  const std::vector<float> r = crossCorrelation(a, b);
  const auto best = std::max_element(r.begin(), r.end());
  const auto at = best - r.begin();
  const long length = static_cast<long>(a.size()), lag = static_cast<long>(at) - length + 1;
  const long from = std::max(0L, lag), to = std::min(static_cast<long>(b.size()), lag + length);
  if (to <= from) return {};
  const double together = std::sqrt(energy(a) * energy(b.subspan(from, to - from)));
  if (!(together > 0.0)) return {};
  Fit fit{static_cast<double>(lag), *best / together, to - from == length};
  if (at == 0 || at + 1 == static_cast<long>(r.size())) return fit;
  const double x = *(best - 1), y = *best, z = *(best + 1), bend = x - 2.0 * y + z;
  if (bend < 0.0) fit.lag += 0.5 * (x - z) / bend;
  return fit;
}

/// Where short stretches of a, so short that the clocks do not part in them, are found anywhere in b: what the most
/// alike one says.
std::optional<double> offsetOf(std::span<const float> a, std::span<const float> b, int rate) {
  const auto length = static_cast<size_t>(kGlanceSeconds * rate);
  if (a.size() < length) return {};
  double most = kAlike;
  std::optional<double> found;
  for (int g = 0; g < kGlances; ++g) {
    const size_t at = (a.size() - length) * g / (kGlances - 1);
    const auto fit = bestFit(a.subspan(at, length), b);
    if (fit && fit->whole && fit->alike > most) most = fit->alike, found = fit->lag - static_cast<double>(at);
  }
  return found;
}

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + v.size() / 2, v.end());
  return v[v.size() / 2];
}

}  // namespace

std::optional<ClockMatch> matchClocks(std::span<const float> first, std::span<const float> second, int rate) {
  const std::vector<float> a = differences(first), b = differences(second);
  const auto coarse = static_cast<size_t>(kCoarseSeconds * rate);
  const auto rough =
      offsetOf(std::span(a).first(std::min(coarse, a.size())), std::span(b).first(std::min(coarse, b.size())), rate);
  if (!rough) return {};
  const auto length = static_cast<long>(kStretchSeconds * rate), reach = static_cast<long>(kReachSeconds * rate);
  const long step = std::max(length, static_cast<long>(a.size()) / kMostStretches);
  std::vector<Lag> lags;
  double expected = *rough, slope = 0.0;
  long last = 0;
  for (long at = 0; at + length <= static_cast<long>(a.size()); at += step) {
    const auto from =
        static_cast<long>(std::lround(static_cast<double>(at) + expected + slope * static_cast<double>(at - last))) -
        reach;
    if (from < 0 || from + length + 2 * reach > static_cast<long>(b.size())) continue;
    const auto fit = bestFit(std::span(a).subspan(at, length), std::span(b).subspan(from, length + 2 * reach));
    if (!fit || fit->alike < kAlike) continue;
    lags.push_back(
        {static_cast<double>(at) + 0.5 * static_cast<double>(length), fit->lag + static_cast<double>(from - at)});
    if (lags.size() > 1) slope = (lags.back().lag - lags.front().lag) / (lags.back().at - lags.front().at);
    expected = lags.back().lag;
    last = at;
  }
  if (lags.empty()) return {};
  std::vector<double> slopes, offsets;
  for (size_t i = 0; i < lags.size(); ++i) {
    for (size_t j = i + 1; j < lags.size(); ++j)
      slopes.push_back((lags[j].lag - lags[i].lag) / (lags[j].at - lags[i].at));
  }
  const double drift = lags.size() > 2 ? median(slopes) : 0.0;  // two do not show which of them is wrong
  for (const Lag& l : lags) offsets.push_back(l.lag - drift * l.at);
  const double offset = median(offsets);
  const auto agree = std::count_if(lags.begin(), lags.end(), [&](const Lag& l) {
    return std::abs(l.lag - drift * l.at - offset) < kNearSeconds * rate;
  });
  if (2 * agree < static_cast<long>(lags.size())) return {};
  return ClockMatch{offset, drift, static_cast<int>(agree)};
}

Warp::Warp(const ClockMatch& match) : match_(match), kernel_(static_cast<size_t>(kPhases + 1) * 2 * kHalf) {
  for (int p = 0; p <= kPhases; ++p) {
    for (int i = 0; i < 2 * kHalf; ++i) {  // tap i lies i - kHalf + 1 samples from the one before the place
      const double x = i - kHalf + 1 - static_cast<double>(p) / kPhases, u = x / kHalf;
      const double sinc = std::abs(x) < 1e-9 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
      const double window =
          std::abs(u) < 1.0 ? 0.42 + 0.5 * std::cos(std::numbers::pi * u) + 0.08 * std::cos(2.0 * std::numbers::pi * u)
                            : 0.0;
      kernel_[static_cast<size_t>(p) * 2 * kHalf + i] = static_cast<float>(sinc * window);  // Blackman's window
    }
  }
}

void Warp::push(std::span<const float> samples) { held_.insert(held_.end(), samples.begin(), samples.end()); }

int Warp::pull(float* out, int count, bool ended) {
  int made = 0;
  const long long end = first_ + static_cast<long long>(held_.size());
  for (; made < count; ++made, ++next_) {
    const double place = placeOf(next_);
    const auto whole = static_cast<long long>(std::floor(place));
    if (whole + kHalf >= end && !ended) break;
    const double phase = (place - static_cast<double>(whole)) * kPhases;
    const int p = static_cast<int>(phase);
    const auto between = static_cast<float>(phase - p);
    const float *k = &kernel_[static_cast<size_t>(p) * 2 * kHalf], *l = k + 2 * kHalf;
    float sum = 0.0f;
    for (int i = 0; i < 2 * kHalf; ++i) {
      const long long at = whole - kHalf + 1 + i;
      if (at >= first_ && at < end) sum += held_[at - first_] * (k[i] + between * ((p < kPhases ? l[i] : k[i]) - k[i]));
    }
    out[made] = sum;
  }
  // What lies before all that is still to come goes.
  const auto needed = static_cast<long long>(std::floor(placeOf(next_))) - kHalf;
  if (const long long gone = std::min(needed - first_, static_cast<long long>(held_.size())); gone > 1 << 16) {
    held_.erase(held_.begin(), held_.begin() + gone);
    first_ += gone;
  }
  return made;
}

}  // namespace rinse
