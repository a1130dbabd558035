// Weights of nn/band_mask.h that tell a drum from the rest of the kit when they have heard what follows, compiled in.
// models/drums/train.py --ahead writes the .cpp.
#pragma once

#include "nn/weights.h"

namespace rinse {

const nn::Weights& drumAheadWeights();

}  // namespace rinse
