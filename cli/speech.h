// `rinse speech`: when somebody speaks in a recording.
#pragma once

#include <ostream>
#include <string>

#include "core/error.h"

namespace rinse::cli {

/// A line for each stretch: its start and end in seconds with a tab between (Audacity reads it as labels), or JSON. The
/// exit status.
Result<int> speech(const std::string& path, float threshold, double hangoverSeconds, bool json, std::ostream& out);

}  // namespace rinse::cli
