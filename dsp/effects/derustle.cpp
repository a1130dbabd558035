#include "effects/derustle.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "range",
     .label = "Range",
     .unit = "dB",
     .min = -60.0f,
     .max = 0.0f,
     .defaultValue = -30.0f,
     .help = "How far rustle is turned down at most; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = -60.0f},
    {.id = "sensitivity",
     .label = "Sensitivity",
     .unit = "dB",
     .min = -12.0f,
     .max = 12.0f,
     .defaultValue = 0.0f,
     .help = "In doubt: higher keeps more of the voice, lower takes more rustle away."},
};

}  // namespace

const std::span<const Param> Derustle::kParams = kTable;

Derustle::Derustle(nn::BandMask mask) : BandMaskEffect(kTable, std::move(mask)) {}

}  // namespace rinse
