// Speech-to-reverberation modulation energy ratio: speech modulates below 20 Hz, reverberation (and noise) above (Falk,
// Zheng & Chan 2010, "A non-intrusive quality and intelligibility measure of reverberant and dereverberated speech",
// IEEE TASLP 18(7)). Needs no reference; speech only; compare values of the same voice.
#pragma once

#include <span>

namespace rinse {

/// Energy in modulation bands 1 to 4 (4 … 18 Hz) over that in the higher ones, about 1 (a hall) to 10 (close
/// microphone). At 16 kHz. NaN for less than half a second or silence.
double srmr(std::span<const float> signal, int rate);

}  // namespace rinse
