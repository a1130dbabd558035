// An equalizer: low cut, low shelf, two bells, high shelf, high cut (blocks/equalizer.h). Settings glide, so that a
// slider can be moved while it sounds. Not for steep notches: hum has an effect of its own.
#pragma once

#include <array>
#include <vector>

#include "blocks/biquad.h"
#include "core/effect.h"

namespace rinse {

class Eq : public TimeEffect {
 public:
  enum Id {
    kLowCut,
    kLowHz,
    kLowGain,
    kBellHz,
    kBellGain,
    kBellQ,
    kBell2Hz,
    kBell2Gain,
    kBell2Q,
    kHighHz,
    kHighGain,
    kHighCut
  };
  static const std::span<const Param> kParams;

  Eq() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;

 private:
  static constexpr int kSections = 6;
  bool glide() noexcept;
  void design() noexcept;

  double rate_ = 48000.0;
  int untilGlide_ = 0;
  std::vector<float> now_;                              // [params] what is in use
  std::array<bool, kSections> on_{};                    // sections that do something
  std::vector<std::array<Biquad, kSections>> filters_;  // [channels]
};

}  // namespace rinse
