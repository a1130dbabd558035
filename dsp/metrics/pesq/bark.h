// The Bark scale of PESQ (ITU-T P.862, section 10.2.3 and the tables of its annex): bands 0.31 Bark wide and wider,
// over a transform of 512 samples at 16 kHz. At most 49 bands; narrow-band speech at 8 kHz uses the lowest 42.
#pragma once

#include <array>
#include <span>

namespace rinse::pesq {

inline constexpr int kRate = 16000;  // Hz
inline constexpr int kFrame = 512;   // samples: 32 ms
inline constexpr int kHop = kFrame / 2;
inline constexpr int kBands = 49;
inline constexpr double kPowerScale = 6.910853e-6;  // 40 dB SPL at 1 kHz gives power 1e4 (section 10.2.1)

struct BarkBand {
  int bins;           // of the transform, contiguous from bin 0 on
  double centreBark;  // critical-band rate
  double widthBark;
  double density;           // corrects the number of bins to the band's width
  double hearingThreshold;  // absolute threshold of hearing, power on the model's scale
};

extern const std::array<BarkBand, kBands> kBark;

using BarkFrame = std::array<float, kBands>;

/// Zwicker's exponent and the loudness density of half the threshold's excitation: the law of a band (section 10.2.6).
struct LoudnessLaw {
  double exponent, scale;
};
LoudnessLaw loudnessLaw(const BarkBand&);

/// Power densities of the bands from the power spectrum of one windowed frame, power[kFrame / 2].
BarkFrame barkPower(std::span<const float> power);

/// Loudness density in sone per Bark (Zwicker's law, section 10.2.6), of power densities.
BarkFrame loudness(const BarkFrame& power);

/// Power that lies more than `factor` times above the threshold of hearing, summed over the bands but the lowest.
double audiblePower(const BarkFrame& power, double factor);

}  // namespace rinse::pesq
