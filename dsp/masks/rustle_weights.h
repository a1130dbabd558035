// Weights of nn/band_mask.h that tell a voice from the rustle on its microphone, compiled in. models/rustle/train.py
// writes the .cpp.
#pragma once

#include "nn/weights.h"

namespace rinse {

const nn::Weights& rustleWeights();

}  // namespace rinse
