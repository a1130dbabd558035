// `rinse align`: several recorders' files, brought onto the first one's clock, as the channels of one file.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "core/error.h"

namespace rinse::cli {

/// Writes all channels of all files, as long as the first; says on `out` what was found. The exit status.
Result<int> align(const std::vector<std::string>& in, const std::string& to, std::ostream& out);

}  // namespace rinse::cli
