#include "effects/debleed.h"

#include "masks/drum_weights.h"

namespace rinse {

namespace {

const char* const kDrumNames[] = {"snare", "kick", "toms"};

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -80.0f,
     .max = 0.0f,
     .defaultValue = -60.0f,
     .help = "How far bleed is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -80.0f},
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "dB",
     .min = -12.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "In doubt: higher keeps more soft hits and more of the tail, lower takes more bleed away."},
    {.id = "drum",
     .label = "Drum",
     .unit = "",
     .min = 0.0f,
     .max = 2.0f,
     .defaultValue = 0.0f,
     .help = "Which drum the microphone stands at.",
     .choices = kDrumNames},
};

}  // namespace

const std::span<const Param> Debleed::kParams = kTable;

Debleed::Debleed() : BandMaskEffect(kTable, drumWeights()) {}

}  // namespace rinse
