// Composite measures of enhanced speech: how listeners rate the voice, the background and the whole (Hu & Loizou 2008,
// "Evaluation of objective quality measures for speech enhancement", IEEE TASLP 16(1)). Combinations of PESQ,
// log-likelihood ratio, weighted spectral slope and segmental SNR. At 16 kHz.
#pragma once

#include <span>

namespace rinse {

struct Composite {
  double csig, cbak, covl;  // 1 … 5 each
};

/// `pesqScore` is the wide-band one, as is usual at 16 kHz; `segSnr` as segmentalSnr gives it. NaN where those are, or
/// where the signals are shorter than a frame.
Composite composite(std::span<const float> reference, std::span<const float> estimate, int rate, double pesqScore,
                    double segSnr);

/// Itakura's log-likelihood ratio of the all-pole models, mean of the best 95 % of frames.
double logLikelihoodRatio(std::span<const float> reference, std::span<const float> estimate, int rate);

/// Klatt's weighted spectral slope distance in 25 critical bands (Klatt 1982), mean of the best 95 % of frames.
double weightedSpectralSlope(std::span<const float> reference, std::span<const float> estimate, int rate);

}  // namespace rinse
