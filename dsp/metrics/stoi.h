// Short-time objective intelligibility: how many words a listener would understand. STOI is by Taal, Hendriks, Heusdens
// & Jensen 2011
// ("An algorithm for intelligibility prediction of time-frequency weighted noisy speech", IEEE TASLP 19(7)); ESTOI, for
// noise that fluctuates, by Jensen & Taal 2016 ("An algorithm for predicting the intelligibility of speech masked by
// modulated noise maskers", IEEE/ACM TASLP 24(11)). For speech only; needs at least 384 ms of it.
#pragma once

#include <span>

namespace rinse {

struct Intelligibility {
  double stoi, estoi;  // 0 … 1; slightly below 0 is possible
};

/// Reference and estimate aligned, at `rate` Hz. NaN when there is less than 384 ms of speech in the reference.
Intelligibility intelligibility(std::span<const float> reference, std::span<const float> estimate, int rate);

}  // namespace rinse
