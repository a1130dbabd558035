#include "effects/declick.h"

#include <algorithm>
#include <cmath>

#include "blocks/linear_prediction.h"
#include "blocks/window.h"

namespace rinse {

namespace {

const char* const kKindNames[] = {"clicks", "crackle", "mouth"};

const Param kTable[] = {
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 0.65f,
     .help = "How small a click is found; more finds softer ones and touches more of what is none. 0 is off.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 1.0f},
    {.id = "kind",
     .label = "Kind",
     .unit = "",
     .min = 0.0f,
     .max = 2.0f,
     .defaultValue = 0.0f,
     .help = "clicks: single ones, loud; crackle: many and short, as on vinyl; mouth: soft ones between words.",
     .choices = kKindNames},
    {.id = "longest",
     .label = "Longest",
     .unit = "ms",
     .min = 0.1f,
     .max = 5.0f,
     .defaultValue = 2.0f,
     .help = "What is longer is no click."},
};

constexpr double kHopSeconds = 0.010, kShortHopSeconds = 0.005;  // with low latency
constexpr double kLongestSeconds = 0.005;
constexpr double kMostShare = 0.25;  // of a hop, that may be written anew: beyond, it is no click but a sound
// How far the error of a click stands out, in its usual deviation, at the least and the most sensitivity. Glottal
// pulses and plosives reach about twelve with this model.
struct Threshold {
  double least, most;
};
constexpr Threshold kThresholds[] = {{60.0, 7.0}, {30.0, 4.5}, {24.0, 4.5}};
constexpr int kRounds = 2;
constexpr double kEdge = 0.3;               // of the threshold, down to which a click reaches out
constexpr double kNeighbourSeconds = 2e-4;  // bad samples so near belong to the same click
constexpr double kQuietest = 3e-5;          // of full scale: errors below are no clicks, whatever the deviation

}  // namespace

const std::span<const Param> Declick::kParams = kTable;

void Declick::prepare(const Spec& spec) {
  spec_ = spec;
  hop_ = static_cast<int>((spec.lowLatency ? kShortHopSeconds : kHopSeconds) * spec.sampleRate);
  x_.assign(spec.channels, std::vector<float>(4 * hop_));
  const std::vector<float> w = hann(4 * hop_);
  window_.assign(w.begin(), w.end());
  windowed_.assign(4 * hop_, 0.0);
  error_.assign(4 * hop_, 0.0);
  sorted_.assign(4 * hop_, 0.0f);
  const int most = 2 * static_cast<int>(std::max(kMostShare * hop_, kLongestSeconds * spec.sampleRate));
  bad_.reserve(most);
  matrix_.assign(static_cast<size_t>(most) * most, 0.0);
  right_.assign(most, 0.0);
  reset();
}

void Declick::reset() noexcept {
  for (auto& x : x_) std::fill(x.begin(), x.end(), 0.0f);
  filled_ = 0;
}

void Declick::process(Block b) noexcept {
  for (int from = 0; from < b.frames;) {
    const int count = std::min(hop_ - filled_, b.frames - from);
    for (int c = 0; c < b.channels; ++c) {
      std::vector<float>& x = x_[c];
      for (int i = 0; i < count; ++i) {
        const float in = b[c][from + i];
        b[c][from + i] = x[hop_ + filled_ + i];  // repaired a hop ago
        x[3 * hop_ + filled_ + i] = in;
      }
    }
    from += count, filled_ += count;
    if (filled_ < hop_) continue;
    filled_ = 0;
    for (auto& x : x_) {
      repair(x);
      std::copy(x.begin() + hop_, x.end(), x.begin());
    }
  }
}

void Declick::repair(std::vector<float>& x) noexcept {
  if (get(kSensitivity) <= 0.0f) return;
  longest_ = std::max(1, static_cast<int>(get(kLongest) * 1e-3 * spec_.sampleRate));
  for (int round = 0; round < kRounds; ++round) {  // what a large click hid is found in the next one
    model(x);
    if (deviation_ <= 0.0) return;
    find();
    if (bad_.empty()) return;
    interpolate(x);
    model(x);  // once more, by a model that the click did not spoil
    interpolate(x);
  }
}

/// The all-pole model, and its error in both directions.
void Declick::model(const std::vector<float>& x) noexcept {
  const int n = 4 * hop_;
  double energy = 0.0;
  for (int i = 0; i < n; ++i) windowed_[i] = x[i] * window_[i], energy += windowed_[i] * windowed_[i];
  deviation_ = 0.0;
  if (energy <= 1e-20) return;
  a_ = linearPrediction<kOrder>(windowed_).predictor;
  for (int l = 0; l <= kOrder; ++l) {
    b_[l] = 0.0;
    for (int k = 0; k + l <= kOrder; ++k) b_[l] += a_[k] * a_[k + l];
  }
  for (int i = kOrder; i < n - kOrder; ++i) {
    double ahead = 0.0, back = 0.0;
    for (int k = 0; k <= kOrder; ++k) ahead += a_[k] * x[i - k], back += a_[k] * x[i + k];
    error_[i] = std::min(std::abs(ahead), std::abs(back));
    sorted_[i] = static_cast<float>(error_[i]);
  }
  const auto first = sorted_.begin() + kOrder, last = sorted_.begin() + n - kOrder, middle = first + (last - first) / 2;
  std::nth_element(first, middle, last);
  deviation_ = *middle / 0.6745;  // of a normal distribution
}

/// The samples of clicks that begin in the third hop.
void Declick::find() noexcept {
  bad_.clear();
  const Threshold t = kThresholds[static_cast<int>(get(kKind))];
  const double factor = t.least * std::pow(t.most / t.least, get(kSensitivity));
  const double high = std::max(factor * deviation_, kQuietest), low = kEdge * high;
  const int gap = std::max(2, static_cast<int>(kNeighbourSeconds * spec_.sampleRate)), end = 4 * hop_ - kOrder;
  for (int i = 2 * hop_; i < 3 * hop_; ++i) {
    if (error_[i] < high) continue;
    int from = i, to = i;
    for (int k = i - 1; k >= std::max(kOrder, i - gap); --k) {
      if (error_[k] > low) from = k;
    }
    for (int k = i + 1; k < std::min(end, to + gap + 1); ++k) {
      if (error_[k] > low) to = k;
    }
    i = to;
    if (to - from + 1 > longest_) continue;  // no click
    from = std::max(from - 1, bad_.empty() ? 0 : bad_.back() + 1), to = std::min(to + 1, end - 1);
    for (int k = from; k <= to && bad_.size() < right_.size(); ++k) bad_.push_back(k);
  }
  if (static_cast<double>(bad_.size()) > std::max(kMostShare * hop_, static_cast<double>(longest_))) bad_.clear();
}

/// The bad samples that make the model's error least: A_u^T A_u x_u = -A_u^T A_k x_k (Janssen 1986, eq. 9), whose
/// matrix holds the error filter's autocorrelation.
void Declick::interpolate(std::vector<float>& x) noexcept {
  const int m = static_cast<int>(bad_.size());
  for (int i = 0; i < m; ++i) x[bad_[i]] = 0.0f;
  for (int i = 0; i < m; ++i) {
    double sum = 0.0;
    for (int l = 1; l <= kOrder; ++l)
      sum -= b_[l] * (static_cast<double>(x[bad_[i] - l]) + (bad_[i] + l < 4 * hop_ ? x[bad_[i] + l] : 0.0f));
    right_[i] = sum;
  }
  // Cholesky in place, on a band.
  for (int i = 0; i < m; ++i) {
    double* row = &matrix_[static_cast<size_t>(i) * m];
    for (int j = 0; j <= i; ++j) {
      const int lag = bad_[i] - bad_[j];
      double sum = lag <= kOrder ? b_[lag] : 0.0;
      const double* other = &matrix_[static_cast<size_t>(j) * m];
      for (int k = 0; k < j; ++k) sum -= row[k] * other[k];
      row[j] = i == j ? std::sqrt(std::max(sum, 1e-12 * b_[0])) : sum / other[j];
    }
  }
  for (int i = 0; i < m; ++i) {
    for (int k = 0; k < i; ++k) right_[i] -= matrix_[static_cast<size_t>(i) * m + k] * right_[k];
    right_[i] /= matrix_[static_cast<size_t>(i) * m + i];
  }
  for (int i = m - 1; i >= 0; --i) {
    for (int k = i + 1; k < m; ++k) right_[i] -= matrix_[static_cast<size_t>(k) * m + i] * right_[k];
    right_[i] /= matrix_[static_cast<size_t>(i) * m + i];
  }
  for (int i = 0; i < m; ++i) x[bad_[i]] = static_cast<float>(right_[i]);
}

}  // namespace rinse
