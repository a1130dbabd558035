// Writes clipped peaks anew: of all signals that agree with the samples that are whole, and lie beyond the level where
// the others were cut, the one with the fewest spectral lines (A-SPADE: Kitić, Bertin & Gribonval 2015, "Sparsity and
// cosparsity for audio declipping", LVA/ICA, algorithm 2). The levels are learned from the whole recording, for each
// channel and each side, or given. Samples that are whole stay as they are, bit for bit. Not for live sound: it looks
// at 64 ms at a time and takes its time.
#pragma once

#include <array>
#include <complex>
#include <optional>
#include <vector>

#include "blocks/fft.h"
#include "core/effect.h"
#include "metrics/clipping.h"

namespace rinse {

class Declip : public TimeEffect, public Learner {
 public:
  enum Id { kAmount, kLevel, kHeadroom };
  static const std::span<const Param> kParams;

  Declip() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return frame_; }

  Learner* learner() override { return this; }
  void startLearning() noexcept override;
  std::string finishLearning() override;
  std::vector<float> learned() const override;
  std::string restore(std::span<const float>) override;

 private:
  struct Channel {
    std::vector<float> input;       // [frame] the newest samples
    std::vector<float> waiting;     // [2 frame] those that go out, oldest first
    std::vector<float> sum;         // [2 frame] of the frames' windowed reconstructions, where they are wanted
    float high = 0.0f, low = 0.0f;  // magnitudes at which it is cut; 0: it is not
  };
  void levels() noexcept;
  void frame(Channel&) noexcept;
  void boundRise(const Channel&) noexcept;
  bool restore(const Channel&) noexcept;

  Spec spec_{};
  int frame_ = 4, hop_ = 1, filled_ = 0;
  std::vector<Channel> channels_;
  std::optional<RealFft> fft_;                   // of twice the frame: a frame of transforms that is twice redundant
  std::vector<float> window_, x_, time_, rise_;  // [frame], [frame], [fft], [frame]
  std::vector<signed char> cut_;                 // [frame] 1, -1: cut above, below; 0: whole
  std::vector<std::complex<float>> z_, u_, analysis_;       // [bins]
  std::vector<float> magnitude_;                            // [bins]
  std::vector<std::array<ClippingDetector, 2>> detectors_;  // [channels] of the upper and the lower side
  std::vector<float> side_;
  bool learning_ = false;
  long heard_ = 0;
  std::vector<float> peaks_;    // [channels][2] of what was heard
  std::vector<float> learned_;  // [channels][2]
};

}  // namespace rinse
