// Takes reverberation from a recording, better than the live effect does: some seconds at a time, with all that is
// heard of the room in them (reverb/batch_wpe.h), in frames of 32 ms; what several microphones heard helps all of them.
// What it takes away is found below 8 kHz and subtracted from the recording itself, so the rest stays as it is. Not for
// live sound: it lags by seconds.
#pragma once

#include <optional>
#include <vector>

#include "blocks/delay.h"
#include "blocks/fft.h"
#include "core/effect.h"
#include "reverb/batch_wpe.h"

namespace rinse {

class DereverbOffline : public TimeEffect {
 public:
  enum Id { kAmount, kTaps, kDelay, kIterations };
  static const std::span<const Param> kParams;

  DereverbOffline() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return kStretch * hop_ + static_cast<int>(window_.size()) - hop_; }

 private:
  static constexpr int kStretch = 800,
                       kStep = kStretch / 2;  // frames that are looked at together, and from one to the next

  void frame() noexcept;
  void stretch() noexcept;
  void synthesize(int frame) noexcept;

  Spec spec_{};
  std::optional<RealFft> fft_;  // made in prepare()
  int hop_ = 1, bins_ = 0, before_ = 0, filled_ = 0, frames_ = 0;
  std::vector<float> window_, time_;
  std::vector<std::vector<float>> input_;           // [channels][frame] the newest samples
  std::vector<Delay> delayed_;                      // [channels]
  std::vector<std::vector<float>> late_;            // [channels][ring] what is subtracted, from when it is known on
  size_t read_ = 0;                                 // samples so far
  std::vector<std::complex<float>> spectrum_;       // [fft bins]
  std::vector<std::complex<float>> heard_, found_;  // [bins][before + stretch][channels], [bins][stretch][channels]
  std::vector<std::complex<float>> now_;            // [stretch][channels]
  BatchWpe wpe_;
};

}  // namespace rinse
