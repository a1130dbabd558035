// How much a listener would mind the difference between two signals: PESQ's psychoacoustic model (ITU-T P.862,
// sections 10.2.1 to 10.2.13; Beerends, Hekstra, Rix & Hollier 2002, "PESQ, part II: psychoacoustic model").
#pragma once

#include <vector>

#include "metrics/pesq/input.h"
#include "metrics/pesq/time_alignment.h"

namespace rinse::pesq {

struct Disturbance {
  double symmetric, asymmetric;  // added and missing sound alike; added sound alone
};

/// Both as `listen` gives them; at least one utterance.
Disturbance compare(const Padded& reference, const Padded& degraded, const std::vector<Utterance>& utterances);

}  // namespace rinse::pesq
