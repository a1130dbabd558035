// Perceptual evaluation of speech quality, for telephone and wide-band speech: what listeners would say on a scale from
// bad to excellent (ITU-T P.862, P.862.1, P.862.2; Rix, Beerends, Hollier & Hekstra 2001). Finds delays by itself. Not
// for music, and blind to anything above 8 kHz.
#pragma once

#include <span>

namespace rinse {

/// P.862, -0.5 … 4.5. Both at 16 kHz. NaN where one is shorter than 250 ms or holds no speech.
double narrowBandPesq(std::span<const float> reference, std::span<const float> degraded);

/// P.862.1: a score of narrowBandPesq as a mean opinion score of listening quality, 1 … 4.55.
double narrowBandOpinion(double score);

/// P.862.2, mean opinion score of listening quality, 1 … 4.64. As narrowBandPesq otherwise.
double wideBandPesq(std::span<const float> reference, std::span<const float> degraded);

}  // namespace rinse
