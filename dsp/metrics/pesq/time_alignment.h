// Finds the delay of each utterance of the degraded signal against the reference (ITU-T P.862, sections 10.1.3
// to 10.1.6): first by their envelopes in steps of 4 ms, then to the sample, and utterances in which the delay changes
// are split.
#pragma once

#include <vector>

#include "metrics/pesq/input.h"

namespace rinse::pesq {

struct Utterance {
  int start, end;  // windows of 4 ms of the padded reference
  int delay;       // samples by which the degraded signal lags
};

/// In order of time, from the first to the last speech; empty where there is none. Both signals as `forAlignment` gives
/// them.
std::vector<Utterance> alignUtterances(const Padded& reference, const Padded& degraded);

}  // namespace rinse::pesq
