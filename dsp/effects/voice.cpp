#include "effects/voice.h"

#include <algorithm>

namespace rinse {

namespace {
const Param kTable[] = {
    {.id = "threshold",
     .label = "Threshold",
     .unit = "",
     .min = 0.05f,
     .max = 0.95f,
     .defaultValue = 0.7f,
     .help = "How sure the detector must be that somebody speaks; less finds soft voices and more noises."},
    {.id = "hangover",
     .label = "Hangover",
     .unit = "ms",
     .min = 0.0f,
     .max = 1000.0f,
     .defaultValue = 30.0f,
     .help = "How long a word is taken to go on after its end, so that no syllable falls out."},
};
}  // namespace

const std::span<const Param> Voice::kParams = kTable;

void Voice::process(Block b) noexcept {
  activity_.sensitivity(get(kThreshold), get(kHangover) / 1000.0);
  activity_.process(b);
}

std::optional<float> Voice::speechPresence() const noexcept {
  return activity_.active() ? std::max(activity_.probability(), get(kThreshold)) : 0.0f;
}

}  // namespace rinse
