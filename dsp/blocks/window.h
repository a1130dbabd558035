// Windows: pairs for a short-time Fourier transform with perfect reconstruction, and Hann's for measurement.
#pragma once

#include <vector>

namespace rinse {

/// A pair whose product, repeated every `hop` samples, adds up to one. Both have the length of the frame; the synthesis
/// window is zero before its last 2 * hop samples, so the latency is 2 * hop samples whatever the frame's length is.
struct WindowPair {
  std::vector<float> analysis, synthesis;  // [frame]
  int hop;
};

/// Square-root Hann twice: the house frame. Frame length 2 * hop.
WindowPair squareRootHann(int hop);

/// Mauler & Martin 2007 ("A low delay, variable resolution, perfect reconstruction spectral analysis-synthesis system
/// for speech enhancement", EUSIPCO, eqs. 5-7 with d = 0): a long rise, a short fall of `hop` samples, and a synthesis
/// window that covers only the last 2 * hop samples. The frequency resolution of the long frame at the delay of the
/// short one. frame >= 2 * hop.
WindowPair asymmetricHann(int frame, int hop);

/// Hann's window of period `frame`: w[0] = 0, overlapping halves add up to one.
std::vector<float> hann(int frame);

/// Hann's symmetric window without its zero end points, as speech measures use it.
std::vector<float> hannInside(int frame);

}  // namespace rinse
