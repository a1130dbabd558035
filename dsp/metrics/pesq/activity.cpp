#include "metrics/pesq/activity.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace rinse::pesq {

namespace {

constexpr int kShortest = 4;     // windows: what is shorter is a click
constexpr int kLongestGap = 50;  // windows: what is shorter is no pause

/// Mean plus two standard deviations of what lies below the threshold, again and again until it stands still.
double noiseThreshold(const std::vector<double>& power, double threshold) {
  for (int round = 0; round < 12; ++round) {
    double sum = 0.0, squares = 0.0;
    int count = 0;
    for (const double p : power) {
      if (p <= threshold) sum += p, ++count;
    }
    const double mean = count ? sum / count : 0.0;
    for (const double p : power) {
      if (p <= threshold) squares += (p - mean) * (p - mean);
    }
    threshold = 1.001 * (mean + 2.0 * (count ? std::sqrt(squares / count) : 0.0));
  }
  return threshold;
}

/// Calls `with(from, to)` for each stretch [from, to) in which `on` is true, from window 1 to the last but one.
void eachRun(const std::vector<bool>& on, const std::function<void(int, int)>& with) {
  const int n = static_cast<int>(on.size());
  for (int from = 1; from < n - 1; ++from) {
    if (!on[from]) continue;
    int to = from;
    while (to < n && on[to]) ++to;
    with(from, to);
    from = to;
  }
}

/// Rising and falling edges get two windows of slope each.
void soften(std::vector<double>& power, std::vector<bool>& on) {
  const int n = static_cast<int>(on.size());
  for (int w = 3; w < n - 2; ++w) {
    if (on[w] && !on[w - 2]) {
      power[w - 2] = 0.1 * power[w], power[w - 1] = 0.3 * power[w];
      on[w - 2] = on[w - 1] = true;
      ++w;
    }
    if (w < n - 1 && !on[w] && on[w - 1]) {
      power[w] = 0.3 * power[w - 1], power[w + 1] = 0.1 * power[w - 1];
      on[w] = on[w + 1] = true;
      w += 3;
    }
  }
}

}  // namespace

Activity findSpeech(const Padded& signal) {
  const int n = signal.windows();
  std::vector<double> power(n);
  for (int w = 0; w < n; ++w) {
    for (int i = 0; i < kWindow; ++i)
      power[w] += static_cast<double>(signal.x[w * kWindow + i]) * signal.x[w * kWindow + i] / kWindow;
  }
  const double loudest = *std::max_element(power.begin(), power.end()), least = loudest > 0.0 ? 1e-4 * loudest : 1.0;
  const double mean = std::accumulate(power.begin(), power.end(), 0.0) / n;
  for (double& p : power) p = std::max(p, least);
  double threshold = noiseThreshold(power, mean);
  double speech = 0.0, noise = 0.0;
  int speechCount = 0;
  for (const double p : power) p > threshold ? (speech += p, ++speechCount) : noise += p;
  if (speechCount == 0) threshold = -1.0;
  speech = speechCount ? speech / speechCount : 0.0;
  noise = speechCount < n ? noise / (n - speechCount) : 1.0;

  std::vector<bool> on(n);
  for (int w = 0; w < n; ++w) on[w] = power[w] > threshold;
  const auto silentEnds = [&] { on[0] = on[n - 1] = false, power[0] = power[n - 1] = least; };
  silentEnds();
  const auto drop = [&](int from, int to) { std::fill(on.begin() + from, on.begin() + to, false); };
  std::vector<bool> before = on;
  eachRun(before, [&](int from, int to) {
    if (to - from <= kShortest) drop(from, to);
  });
  if (speech >= 1000.0 * noise) {  // a clean recording: what hardly stands out of the noise is none of it
    before = on;
    eachRun(before, [&](int from, int to) {
      if (std::accumulate(power.begin() + from, power.begin() + to, 0.0) < 3.0 * threshold * (to - from))
        drop(from, to);
    });
  }
  before = on;
  int lastEnd = 0;
  eachRun(before, [&](int from, int to) {
    if (lastEnd > 0 && from - lastEnd <= kLongestGap) {
      for (int w = lastEnd; w < from; ++w) power[w] = least, on[w] = true;
    }
    lastEnd = to;
  });
  if (lastEnd == 0) {
    std::fill(on.begin(), on.end(), true);
    silentEnds();
  }
  soften(power, on);

  Activity found{std::vector<float>(n, 0.0f), std::vector<float>(n, 0.0f)};
  if (threshold <= 0.0) threshold = least;
  for (int w = 0; w < n; ++w) {
    if (!on[w]) continue;
    found.power[w] = static_cast<float>(power[w]);
    if (power[w] > threshold) found.log[w] = static_cast<float>(std::log(power[w] / threshold));
  }
  return found;
}

}  // namespace rinse::pesq
