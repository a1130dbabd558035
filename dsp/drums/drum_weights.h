// The weights of the drums' network, compiled in. models/drums/train.py writes the .cpp.
#pragma once

#include "nn/weights.h"

namespace rinse {

const nn::Weights& drumWeights();

}  // namespace rinse
