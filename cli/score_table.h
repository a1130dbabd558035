// The tables of `rinse score`: rows of measures, their mean, the difference to a stored table, and how they are
// written.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace rinse::cli {

/// One line of the result: a file, a channel of it, or the mean.
struct Row {
  std::string name;
  double lag;
  std::vector<double> values;  // [metrics shown]
  bool channel;                // of a file with several
};

/// Over the files (not their channels), each measure over those for which it is defined.
Row meanOf(const std::vector<Row>& rows, size_t metricCount);

/// Takes the values of a stored table (CSV) off the rows'; what is in one of them only becomes NaN. Returns what is
/// wrong, or nothing.
std::string subtract(std::vector<Row>& rows, const std::vector<std::string>& ids, const std::string& path);

/// As "table", "csv" or "json"; the last row is the mean. `difference`: with signs.
void write(const std::vector<Row>& rows, const std::vector<std::string>& ids, const std::string& format,
           bool difference, std::ostream& out);

}  // namespace rinse::cli
