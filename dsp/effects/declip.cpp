#include "effects/declip.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"
#include "blocks/window.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "amount",
     .label = "Amount",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 1.0f,
     .help = "How far cut peaks are raised to where they were; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 1.0f},
    {.id = "level",
     .label = "Clip level",
     .unit = "dB",
     .min = -40.0f,
     .max = 0.0f,
     .defaultValue = 0.0f,
     .help = "Where the sound was cut, where it is not found by itself; 0: found in the whole recording."},
    {.id = "headroom",
     .label = "Headroom",
     .unit = "dB",
     .min = 0.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "How far everything is turned down, so that the peaks that rise again have room."},
};

constexpr double kHopSeconds = 0.016;
constexpr int kOverlap = 4;
constexpr float kNear = 0.998f;  // of the level: what reaches it is cut
constexpr int kMostIterations = 400;
constexpr int kRelax = 1, kMore = 3;  // after so many iterations so many more lines
constexpr float kClose = 0.03f;       // of the frame's norm: near enough
constexpr float kRoom = 1.5f, kUnknown = 1e6f;
constexpr float kLevelStep = 1.05f;
constexpr double kSecondsToLearn = 0.1;

}  // namespace

const std::span<const Param> Declip::kParams = kTable;

void Declip::prepare(const Spec& spec) {
  spec_ = spec;
  hop_ = RealFft::fastSize(static_cast<int>(kHopSeconds * kOverlap * spec.sampleRate)) / kOverlap;
  frame_ = kOverlap * hop_;
  const RealFft& fft = fft_.emplace(2 * frame_);
  window_ = hann(frame_);
  channels_.assign(spec.channels,
                   {std::vector<float>(frame_), std::vector<float>(2 * frame_), std::vector<float>(2 * frame_)});
  x_.assign(frame_, 0.0f);
  rise_.assign(frame_, 0.0f);
  cut_.assign(frame_, 0);
  time_.assign(fft.size(), 0.0f);
  for (auto* v : {&z_, &u_, &analysis_}) v->assign(fft.bins(), {});
  magnitude_.assign(fft.bins(), 0.0f);
  detectors_.assign(spec.channels, {});
  side_.assign(spec.maxFrames, 0.0f);
  peaks_.assign(2 * spec.channels, 0.0f);
  levels();
  reset();
}

void Declip::reset() noexcept {
  for (Channel& c : channels_) {
    for (auto* v : {&c.input, &c.waiting, &c.sum}) std::fill(v->begin(), v->end(), 0.0f);
  }
  filled_ = 0;
}

/// Takes the levels that were given or learned into use.
void Declip::levels() noexcept {
  for (size_t c = 0; c < channels_.size(); ++c) {
    const float given = get(kLevel) < 0.0f ? gainFromDb(get(kLevel)) : 0.0f;
    const bool known = learned_.size() == 2 * channels_.size();
    channels_[c].high = given > 0.0f ? given : known ? learned_[2 * c] : 0.0f;
    channels_[c].low = given > 0.0f ? given : known ? learned_[2 * c + 1] : 0.0f;
  }
}

void Declip::process(Block b) noexcept {
  if (learning_) {
    for (int c = 0; c < b.channels; ++c) {
      for (const int side : {0, 1}) {
        for (int i = 0; i < b.frames; ++i) {
          side_[i] = side == 0 ? std::max(b[c][i], 0.0f) : std::max(-b[c][i], 0.0f);
          peaks_[2 * c + side] = std::max(peaks_[2 * c + side], side_[i]);
        }
        detectors_[c][side].add({side_.data(), static_cast<size_t>(b.frames)});
      }
    }
    heard_ += b.frames;
  }
  levels();
  const float gain = gainFromDb(-get(kHeadroom));
  for (int from = 0; from < b.frames;) {
    const int count = std::min(hop_ - filled_, b.frames - from);
    for (int c = 0; c < b.channels; ++c) {
      Channel& channel = channels_[c];
      std::copy_n(b[c] + from, count, channel.input.end() - hop_ + filled_);
      for (int i = 0; i < count; ++i) b[c][from + i] = gain * channel.waiting[frame_ + filled_ + i];
    }
    from += count, filled_ += count;
    if (filled_ < hop_) continue;
    filled_ = 0;
    for (Channel& channel : channels_) frame(channel);
  }
}

/// A new frame: what it makes of its cut samples is added up; the oldest hop that no coming frame reaches is finished.
void Declip::frame(Channel& c) noexcept {
  // waiting and sum: the frame's samples stand in the second half; the hop before them is complete.
  std::copy(c.waiting.begin() + hop_, c.waiting.end(), c.waiting.begin());
  std::copy(c.input.end() - hop_, c.input.end(), c.waiting.end() - hop_);
  std::copy(c.sum.begin() + hop_, c.sum.end(), c.sum.begin());
  std::fill(c.sum.end() - hop_, c.sum.end(), 0.0f);
  bool any = false;
  for (int i = 0; i < frame_; ++i) {
    const float x = c.input[i];
    cut_[i] = c.high > 0.0f && x >= kNear * c.high ? 1 : c.low > 0.0f && -x >= kNear * c.low ? -1 : 0;
    any = any || cut_[i] != 0;
  }
  const bool restored = any && get(kAmount) > 0.0f && restore(c);
  const float* made = restored ? x_.data() : nullptr;
  for (int i = 0; i < frame_; ++i) {
    const float x = made && cut_[i] != 0 ? made[i] : c.input[i];
    c.sum[frame_ + i] += window_[i] * x * (1.0f / 2.0f);  // Hann's windows of four hops add up to two
  }
  // The hop that is complete now: its cut samples become what the frames made of them.
  float* done = &c.waiting[frame_];
  const float* sum = &c.sum[frame_];
  for (int i = 0; i < hop_; ++i) {
    const float x = done[i];
    const bool high = c.high > 0.0f && x >= kNear * c.high, low = c.low > 0.0f && -x >= kNear * c.low;
    if (!high && !low) continue;
    // Never less than the level itself: the result agrees with what is known.
    const float found = high ? std::max(sum[i], x) : std::min(sum[i], x);
    done[i] = x + get(kAmount) * (found - x);
  }
  std::copy(c.input.begin() + hop_, c.input.end(), c.input.begin());
}

/// How far each cut sample can lie beyond its level: below the tangents of where the wave was cut, with some room, as a
/// peak is round. Without such a bound a few strong lines may explain a long cut by a peak that never was.
void Declip::boundRise(const Channel& c) noexcept {
  const float* x = c.input.data();
  const auto slope = [&](int inside, int outside, int further) {  // at one end of a cut; unknown at the frame's
    if (std::min(outside, further) < 0 || std::max(outside, further) >= frame_) return kUnknown;
    return std::max(std::abs(x[inside] - x[outside]), std::abs(x[outside] - x[further]));
  };
  for (int from = 0; from < frame_;) {
    int to = from;
    while (to < frame_ && cut_[to] == cut_[from]) ++to;
    if (cut_[from] != 0) {
      const float left = slope(from, from - 1, from - 2), right = slope(to - 1, to, to + 1);
      for (int i = from; i < to; ++i)
        rise_[i] = kRoom * std::min(left * static_cast<float>(i - from + 1), right * static_cast<float>(to - i));
    }
    from = to;
  }
}

/// A-SPADE on the input frame; x_ is the result. False where it did not settle.
bool Declip::restore(const Channel& c) noexcept {
  const RealFft& fft = *fft_;
  const int bins = fft.bins();
  const float scale = 1.0f / static_cast<float>(fft.size());
  double energy = 0.0;
  for (int i = 0; i < frame_; ++i) x_[i] = c.input[i], energy += x_[i] * x_[i] * window_[i] * window_[i];
  if (energy <= 1e-12) return false;
  boundRise(c);
  std::fill(u_.begin(), u_.end(), std::complex<float>{});
  const auto analyse = [&] {
    for (int i = 0; i < frame_; ++i) time_[i] = x_[i] * window_[i];
    std::fill(time_.begin() + frame_, time_.end(), 0.0f);
    fft.forward(time_.data(), analysis_.data());
  };
  analyse();
  int lines = kMore;
  const double enough = kClose * kClose * energy * fft.size() / 2.0;
  for (int round = 0; round < kMostIterations; ++round) {
    // The strongest lines of A x + u.
    for (int k = 0; k < bins; ++k) z_[k] = analysis_[k] + u_[k], magnitude_[k] = std::norm(z_[k]);
    if (lines < bins) {
      std::nth_element(magnitude_.begin(), magnitude_.begin() + lines, magnitude_.end(), std::greater<>());
      const float least = magnitude_[lines];
      for (int k = 0; k < bins; ++k) {
        if (std::norm(z_[k]) <= least) z_[k] = 0.0f;
      }
    }
    // The signal nearest to them that agrees with what is known.
    for (int k = 0; k < bins; ++k) analysis_[k] = z_[k] - u_[k];
    fft.inverse(analysis_.data(), time_.data());
    for (int i = 0; i < frame_; ++i) {
      const float known = c.input[i];
      if (cut_[i] == 0) {
        x_[i] = known;
        continue;
      }
      const float w = std::max(window_[i], 0.05f), wanted = time_[i] * scale / w;
      x_[i] = cut_[i] > 0 ? std::clamp(wanted, known, known + rise_[i]) : std::clamp(wanted, known - rise_[i], known);
    }
    analyse();
    double off = 0.0;
    for (int k = 0; k < bins; ++k) {
      const std::complex<float> d = analysis_[k] - z_[k];
      off += std::norm(d);
      u_[k] += d;
    }
    if (off <= enough) return true;
    if (round % kRelax == kRelax - 1) lines += kMore;
  }
  return true;  // the nearest that was reached still agrees with what is known
}

void Declip::startLearning() noexcept {
  learning_ = true;
  heard_ = 0;
  std::fill(peaks_.begin(), peaks_.end(), 0.0f);
  std::fill(detectors_.begin(), detectors_.end(), std::array<ClippingDetector, 2>{});
}

std::string Declip::finishLearning() {
  learning_ = false;
  if (static_cast<double>(heard_) < kSecondsToLearn * spec_.sampleRate)
    return "finding the clip level needs at least 0.1 s";
  if (std::all_of(peaks_.begin(), peaks_.end(), [](float p) { return p == 0.0f; }))
    return "there is only digital silence here: nothing can be clipped";
  learned_.clear();
  for (const auto& sides : detectors_) {
    for (const ClippingDetector& d : sides) learned_.push_back(d.result().level);
  }
  for (size_t i = 0; i < learned_.size();
       ++i) {  // the detector tells eighths of a decibel: where it is the peak, exactly
    if (learned_[i] > 0.0f && peaks_[i] < kLevelStep * learned_[i]) learned_[i] = peaks_[i];
  }
  levels();
  return {};
}

std::vector<float> Declip::learned() const { return learned_; }

std::string Declip::restore(std::span<const float> values) {
  const bool fine = values.size() % 2 == 0 && values.size() <= 2 * kMaxChannels &&
                    std::all_of(values.begin(), values.end(), [](float v) { return v >= 0.0f && v <= 1e6f; });
  if (!fine) return "clip levels are two for each channel, of the upper and the lower side, 0 where it is not clipped";
  learned_.assign(values.begin(), values.end());
  if (!channels_.empty()) levels();
  return {};
}

}  // namespace rinse
