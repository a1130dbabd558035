// Fills a rectangle of time and frequency from its surroundings: a cough, a telephone, a squeak. Each frequency goes on
// from before and comes back from after: what is tonal by linear prediction in its bin from both sides (Kauppinen &
// Roth 2002, "Audio signal extrapolation - theory and applications", DAFx, in sub-bands of one coefficient), the rest
// as noise whose power runs in a straight line, in decibels, from that before to that after. Everything outside stays
// sample for sample. Not live: it lags by three seconds.
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "blocks/delay.h"
#include "blocks/fft.h"
#include "core/effect.h"

namespace rinse {

class SpectralRepair : public TimeEffect {
 public:
  enum Id { kAmount, kStart, kLength, kLow, kHigh };
  static const std::span<const Param> kParams;

  SpectralRepair() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return (ring_ - 1) * hop_ + fft_->size(); }

 private:
  using Complex = std::complex<float>;
  Complex* bin(int channel, long frame, int k) noexcept {
    return &frames_[(static_cast<size_t>(channel) * ring_ + frame % ring_) * fft_->bins() + k];
  }
  void frame() noexcept;
  void fill(long first, long last) noexcept;
  void fillBin(int channel, int k, long first, long last) noexcept;
  void synthesize(long frame) noexcept;
  float noise() noexcept;

  Spec spec_{};
  std::optional<RealFft> fft_;  // made in prepare()
  int hop_ = 1, ring_ = 2, filled_ = 0;
  long frame_ = 0;  // index of the newest; it ends with sample (frame_ + 1) * hop_
  std::vector<float> window_, time_;
  std::vector<std::vector<float>> input_, added_;  // [channels][frame], [channels][frame] what is added to the input
  std::vector<Delay> delayed_;                     // [channels]
  std::vector<Complex> frames_;                    // [channels][ring][bins]
  std::vector<Complex> spectrum_, change_;  // [bins]; change_: [channels][ring][bins] what is added, where isChanged_
  std::vector<char> isChanged_;             // [ring]
  uint32_t seed_ = 1;
};

}  // namespace rinse
