#include "metrics/pesq/time_alignment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <map>
#include <optional>

#include "blocks/correlation.h"
#include "blocks/fft.h"
#include "blocks/window.h"
#include "metrics/pesq/activity.h"

namespace rinse::pesq {

namespace {

constexpr int kReach = kPad / kWindow;  // windows that a search goes beyond its utterance
constexpr int kShortestUtterance = 50;  // windows: 200 ms
constexpr int kShortestSplit = 200;     // windows: 800 ms, utterances that may be split
constexpr size_t kMostUtterances = 50;
constexpr int kMostSplits = 40;  // places tried
constexpr int kFrame = 1024;     // samples: 64 ms, for delays to the sample
constexpr int kHop = kFrame / 4;
constexpr int kSpread = kFrame / 64;  // samples: delays closer than that support each other

/// The cross-correlation of two frames, without sign, by lag modulo the frame's length.
class FrameCorrelator {
 public:
  const std::vector<float>& operator()(const float* x, const float* y) {
    transform(x, x_);
    transform(y, y_);
    for (int k = 0; k < fft_.bins(); ++k) x_[k] = std::conj(x_[k]) * y_[k];
    fft_.inverse(x_.data(), time_.data());
    for (float& v : time_) v = std::abs(v) / kFrame;
    return time_;
  }

 private:
  void transform(const float* x, std::vector<std::complex<float>>& spectrum) {
    for (int i = 0; i < kFrame; ++i) time_[i] = x[i] * window_[i];
    fft_.forward(time_.data(), spectrum.data());
  }
  RealFft fft_{kFrame};
  std::vector<float> window_ = hann(kFrame), time_ = std::vector<float>(kFrame);
  std::vector<std::complex<float>> x_ = std::vector<std::complex<float>>(kFrame / 2 + 1), y_ = x_;
};

/// The lags at which frames agree best, as a weighted histogram (section 10.1.4.2).
class DelayHistogram {
 public:
  void add(const std::vector<float>& correlation) {
    const float least = 0.99f * *std::max_element(correlation.begin(), correlation.end()),
                weight = std::pow(least, 0.125f);
    for (int i = 0; i < kFrame; ++i) {
      if (!(correlation[i] > least)) continue;
      total_ += weight;
      for (int k = 1 - kSpread; k < kSpread; ++k) {
        count_[(i + k + kFrame) % kFrame] += weight * static_cast<float>(kSpread - std::abs(k)) / kSpread;
      }
    }
  }
  struct Peak {
    int offset;        // samples
    float confidence;  // 0 … 1
  };
  Peak peak() const {
    const auto most = std::max_element(count_.begin(), count_.end());
    int offset = static_cast<int>(most - count_.begin());
    if (offset >= kFrame / 2) offset -= kFrame;
    return {*most > 0.0f ? offset : 0, total_ > 0.0f ? *most / total_ : 0.0f};
  }

 private:
  std::array<float, kFrame> count_{};
  float total_ = 0.0f;
};

struct Guess {
  int coarse = 0;  // samples, from envelopes
  int delay = 0;   // samples
  float confidence = 0.0f;
};

class Aligner {
 public:
  Aligner(const Padded& reference, const Padded& degraded)
      : reference_(reference), degraded_(degraded), x_(findSpeech(reference)), y_(findSpeech(degraded)) {}

  std::vector<Utterance> run() {
    overall_ = envelopeDelay(0, reference_.windows(), 0, degraded_.windows());
    findUtterances();
    for (size_t u = 0; u < utterances_.size() && utterances_.size() < kMostUtterances;) {
      if (!split(u)) ++u;
    }
    std::vector<Utterance> result;
    for (const Found& f : utterances_) result.push_back({f.start, f.end, f.guess.delay});
    return result;
  }

 private:
  struct Found {
    int start, end;
    Guess guess;
  };
  int degradedLength() const { return degraded_.length + 2 * kPad; }

  /// The lag of the envelope of windows [startX, startX + countX) behind that of [startY, startY + countY), samples.
  int envelopeDelay(int startX, int countX, int startY, int countY) const {
    if (countX < 2 || countY < 2) return 0;
    const auto r = crossCorrelation({x_.log.data() + startX, static_cast<size_t>(countX)},
                                    {y_.log.data() + startY, static_cast<size_t>(countY)});
    const auto most = std::max_element(r.begin(), r.end());
    return *most > 0.0f ? (static_cast<int>(most - r.begin()) - (countX - 1)) * kWindow : 0;
  }

  /// The same within windows [from, to) of the reference, expected at `expected`.
  int coarseDelay(int from, int to, int expected) const {
    int startX = from, startY = from + expected / kWindow;
    if (startY < 0) startX = -expected / kWindow, startY = 0;
    const int count = to - startX;
    return expected + envelopeDelay(startX, count, startY, std::min(count, degraded_.windows() - startY));
  }

  /// Whether frames may begin at sample `at` of the reference, ending before `end`, with the degraded signal `delay`
  /// later.
  bool fits(int at, int end, int delay) const { return at + kFrame <= end && at + delay + kFrame <= degradedLength(); }

  Guess fineDelay(int from, int to, int coarse) {
    DelayHistogram histogram;
    for (int at = std::max(from * kWindow, -coarse); fits(at, to * kWindow, coarse); at += kHop)
      histogram.add(correlate_(&reference_.x[at], &degraded_.x[at + coarse]));
    const auto [offset, confidence] = histogram.peak();
    return {coarse, coarse + offset, confidence};
  }

  void findUtterances() {
    const int n = reference_.windows();
    const int first = kShortestUtterance - overall_ / kWindow,
              last = (degradedLength() - overall_) / kWindow - kShortestUtterance;
    for (int from = 0; from < n; ++from) {
      if (!x_.speech(from)) continue;
      int to = from;
      while (to < n - 1 && x_.speech(to)) ++to;
      if (to - from >= kShortestUtterance && from < last && to > first && utterances_.size() < kMostUtterances) {
        const int searchFrom = std::max(from - kReach, 0), searchTo = std::min(to + kReach, n - 1);
        utterances_.push_back({from, to, fineDelay(searchFrom, searchTo, coarseDelay(searchFrom, searchTo, overall_))});
      }
      from = to;
    }
    if (!utterances_.empty()) joinEdges(n);
  }

  /// Utterances meet in the middle of the pause between them, and don't overlap in the degraded signal either.
  void joinEdges(int n) {
    Found &front = utterances_.front(), &back = utterances_.back();
    front.start = kReach;
    back.end = n - kReach;
    for (size_t u = 1; u < utterances_.size(); ++u)
      utterances_[u].start = utterances_[u - 1].end = (utterances_[u].start + utterances_[u - 1].end) / 2;
    keepInside(front, back);
    for (size_t u = 1; u < utterances_.size(); ++u) {
      Found &before = utterances_[u - 1], &after = utterances_[u];
      const int starts = after.start * kWindow + after.guess.delay, ends = before.end * kWindow + before.guess.delay;
      if (starts >= ends) continue;
      const int middle = (starts + ends) / 2;
      after.start = (kWindow - 1 + middle - after.guess.delay) / kWindow;
      before.end = (middle - before.guess.delay) / kWindow;
    }
    for (Found& f : utterances_) keepInReference(f);
  }

  /// Large delays push ends beyond the recording: the standard's arithmetic does not look after that.
  void keepInReference(Found& f) const {
    f.start = std::clamp(f.start, 0, reference_.windows() - 1);
    f.end = std::clamp(f.end, f.start, reference_.windows() - 1);
  }

  /// The first utterance begins, and the last one ends, where the degraded signal does.
  void keepInside(Found& front, Found& back) const {
    if (front.start * kWindow + front.guess.delay < kPad)
      front.start = kReach + (kWindow - 1 - front.guess.delay) / kWindow;
    if (back.end * kWindow + back.guess.delay > degradedLength() - kPad)
      back.end = (degradedLength() - back.guess.delay) / kWindow - kReach;
  }

  struct Split {
    int at = 0;  // window
    Guess before, after;
  };

  /// Splits an utterance where both parts agree on delays of their own better than the whole does (section 10.1.5).
  bool split(size_t u) {
    const Found whole = utterances_[u];
    int from = whole.start, to = whole.end;
    while (from < whole.end && !x_.speech(from)) ++from;
    while (to > whole.start && !x_.speech(to)) --to;
    ++to;
    if (to - from < kShortestSplit) return false;
    const auto best = bestSplit(whole, from, to);
    if (!best) return false;
    const int shift = std::max(best->after.delay - best->before.delay, 0) / (2 * kWindow);
    Found before{whole.start, best->at + shift, best->before}, after{best->at - shift, whole.end, best->after};
    if ((before.start - kReach) * kWindow + before.guess.delay < 0)
      before.start = kReach + (kWindow - 1 - before.guess.delay) / kWindow;
    if (after.end * kWindow + after.guess.delay > degradedLength() - kPad)
      after.end = (degradedLength() - after.guess.delay) / kWindow - kReach;
    keepInReference(before);
    keepInReference(after);
    utterances_[u] = before;
    utterances_.insert(utterances_.begin() + static_cast<std::ptrdiff_t>(u) + 1, after);
    return true;
  }

  std::optional<Split> bestSplit(const Found& whole, int from, int to) {
    constexpr int kGrid = kHop / kWindow;  // windows
    const int length = to - from, margin = std::max(length / 10, kReach);
    const int step = static_cast<int>((0.801 * length + kMostSplits * kGrid - 1) / (kMostSplits * kGrid)) * kGrid;
    std::vector<Split> splits;
    for (int at = from + margin; splits.empty() || (at <= to - margin && splits.size() < kMostSplits); at += step)
      splits.push_back({at, {}, {}});
    for (Split& s : splits) {
      s.before.coarse = coarseDelay(whole.start, s.at, whole.guess.coarse);
      s.after.coarse = coarseDelay(s.at, whole.end, whole.guess.coarse);
    }
    guessBefore(whole, splits);
    guessAfter(whole, splits);
    const Split* best = nullptr;
    for (const Split& s : splits) {
      const float least = whole.guess.confidence, sum = s.before.confidence + s.after.confidence;
      if (std::abs(s.after.delay - s.before.delay) < kWindow || s.before.confidence <= least ||
          s.after.confidence <= least)
        continue;
      if (sum > (best ? best->before.confidence + best->after.confidence : 0.0f)) best = &s;
    }
    return best ? std::optional(*best) : std::nullopt;
  }

  /// Splits with the same coarse delay share a histogram, which grows with the part before the split.
  struct Growing {
    DelayHistogram histogram;
    int at;  // sample of the reference at which the next frame begins
  };

  void guessBefore(const Found& whole, std::vector<Split>& splits) {
    std::map<int, Growing> byCoarse;
    for (Split& s : splits) {
      const int coarse = s.before.coarse;
      auto& [histogram, at] =
          byCoarse.try_emplace(coarse, Growing{{}, std::max(whole.start * kWindow, -coarse)}).first->second;
      for (; fits(at, s.at * kWindow, coarse); at += kHop)
        histogram.add(correlate_(&reference_.x[at], &degraded_.x[at + coarse]));
      const auto [offset, confidence] = histogram.peak();
      s.before.delay = coarse + offset, s.before.confidence = confidence;
    }
  }

  /// From the utterance's end backwards; only where the first part was convincing.
  void guessAfter(const Found& whole, std::vector<Split>& splits) {
    std::map<int, Growing> byCoarse;
    for (auto s = splits.rbegin(); s != splits.rend(); ++s) {
      if (s->before.confidence <= whole.guess.confidence) continue;
      const int coarse = s->after.coarse;
      const int last = std::min(whole.end * kWindow, degradedLength() - coarse) - kFrame;
      auto& [histogram, at] = byCoarse.try_emplace(coarse, Growing{{}, last}).first->second;
      for (; at >= s->at * kWindow && at + coarse >= 0; at -= kHop)
        histogram.add(correlate_(&reference_.x[at], &degraded_.x[at + coarse]));
      const auto [offset, confidence] = histogram.peak();
      s->after.delay = coarse + offset, s->after.confidence = confidence;
    }
  }

  const Padded &reference_, &degraded_;
  Activity x_, y_;
  FrameCorrelator correlate_;
  int overall_ = 0;  // samples
  std::vector<Found> utterances_;
};

}  // namespace

std::vector<Utterance> alignUtterances(const Padded& reference, const Padded& degraded) {
  return Aligner(reference, degraded).run();
}

}  // namespace rinse::pesq
