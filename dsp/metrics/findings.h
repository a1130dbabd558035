// What the figures of a report mean for a user.
#pragma once

#include "metrics/inspection.h"

namespace rinse {

/// Puts into the report what a listener would mind in it, the worst first; sampleRate (Hz) is the recording's.
void addFindings(Inspection& report, double sampleRate);

}  // namespace rinse
