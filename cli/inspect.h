// `rinse inspect`: what is wrong with a recording, and which preset fits.
#pragma once

#include <ostream>
#include <string>

#include "core/error.h"

namespace rinse::cli {

/// As text for people, or as JSON. The exit status.
Result<int> inspect(const std::string& path, bool json, std::ostream& out);

}  // namespace rinse::cli
