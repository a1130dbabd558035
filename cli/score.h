// `rinse score`: measures estimates against their clean references, one file or whole folders, on all cores.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "core/error.h"

namespace rinse::cli {

struct ScoreArgs {
  std::string clean, estimate;       // files or folders, matched by stem
  std::string noisy;                 // the same, or empty
  std::vector<std::string> metrics;  // ids, families of them (pesq), or all
  std::string format = "table";      // table, csv or json
  std::string baseline;              // a stored table (CSV) to subtract, or empty
};

/// Writes a row for each file, for each channel where there are several, and their mean (of the differences to a
/// baseline); what has no partner is named in `warnings`. The exit status.
Result<int> score(const ScoreArgs& args, std::ostream& out, std::ostream& warnings);

}  // namespace rinse::cli
