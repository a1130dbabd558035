// Weights of nn/band_mask.h that tell a drum from the rest of the kit, compiled in. models/drums/train.py writes the
// .cpp.
#pragma once

#include "nn/weights.h"

namespace rinse {

const nn::Weights& drumWeights();

}  // namespace rinse
