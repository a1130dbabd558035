// What PESQ does to a signal before it compares: padding, level, and the filter of the listening situation (ITU-T
// P.862, sections 10.1.1 and 10.1.2; P.862.2, section 5).
#pragma once

#include <span>
#include <vector>

#include "blocks/biquad.h"

namespace rinse::pesq {

inline constexpr int kWindow = 64;         // samples, 4 ms: the resolution of envelopes
inline constexpr int kPad = 75 * kWindow;  // zeros before and behind the signal: the farthest that alignment looks
inline constexpr int kTail = 5120;         // and 320 ms more behind

inline constexpr Biquad kWideBandInput{2.740826, -5.4816519, 2.740826, -1.9444777, 0.94597794};  // P.862.2, section 5

enum class Band { narrow, wide };

/// The signal between its zeros, on the scale of 16-bit samples.
struct Padded {
  explicit Padded(std::span<const float> signal);

  std::vector<float> x;  // [kPad + length + kPad + kTail]
  int length;            // of the signal itself

  int windows() const { return (length + 2 * kPad) / kWindow; }
};

/// Brings the power between 350 and 3250 Hz to the standard's 1e7; `longest` is the longer one's length. False when
/// there is none.
bool setLevel(Padded& signal, int longest);

/// Narrow band: the receiving path of a telephone handset (intermediate reference system, P.48 and P.830). Wide band:
/// P.862.2's high-pass, headphones in mind.
void listen(Padded& signal, Band band);

/// For alignment: no mean, soft ends, and the band in which speech is strongest.
Padded forAlignment(const Padded& signal);

}  // namespace rinse::pesq
