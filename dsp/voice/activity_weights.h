// The weights of the voice detector's network, compiled in. models/activity/train.py writes the .cpp.
#pragma once

#include "nn/weights.h"

namespace rinse {

const nn::Weights& activityWeights();

}  // namespace rinse
