#include "cli/score_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace rinse::cli {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The cells of a line (RFC 4180), without the spreadsheet's carriage return.
std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> found(1);
  bool quoted = false, inside = false;
  for (const char c : line) {
    if (c == '"') {
      if (!quoted && inside) found.back() += '"';  // a doubled quote
      quoted = !quoted, inside = true;
    } else if (c == ',' && !quoted) {
      found.emplace_back();
      inside = false;
    } else if (c != '\r') {
      found.back() += c;
    }
  }
  return found;
}

/// The rows of a CSV file as `rinse score` writes it.
Result<std::map<std::string, std::map<std::string, double>>> readTable(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error{path + ": can't be read"};
  std::string line;
  std::getline(file, line);
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // a byte order mark
  const std::vector<std::string> head = cells(line);
  if (head.empty() || head[0] != "file")
    return Error{path + ": a table of rinse score --format csv begins with the column file"};
  std::map<std::string, std::map<std::string, double>> table;
  while (std::getline(file, line)) {
    const auto values = cells(line);
    for (size_t i = 1; i < values.size() && i < head.size(); ++i) {
      char* end = nullptr;
      const double v = std::strtod(values[i].c_str(), &end);
      if (end != values[i].c_str()) table[values[0]][head[i]] = v;
    }
  }
  return table;
}

std::string number(double v, const char* format = "%.4f") {
  if (std::isnan(v)) return "";
  char text[32];
  std::snprintf(text, sizeof text, format, v);
  return std::string(text).find_first_of("123456789") == std::string::npos && text[0] == '-' ? text + 1
                                                                                             : text;  // no minus zero
}

std::string quoted(const std::string& name) {  // RFC 4180
  if (name.find_first_of(",\"\n") == std::string::npos) return name;
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

void writeCsv(const std::vector<Row>& rows, const std::vector<std::string>& ids, std::ostream& out) {
  out << "file,lag";
  for (const std::string& id : ids) out << "," << id;
  out << "\n";
  for (const Row& r : rows) {
    out << quoted(r.name) << "," << number(r.lag, "%g");
    for (const double v : r.values) out << "," << number(v);
    out << "\n";
  }
}

void writeJson(const std::vector<Row>& rows, const std::vector<std::string>& ids, std::ostream& out) {
  const auto object = [&](const Row& r) {
    nlohmann::ordered_json o;
    if (&r != &rows.back()) o["file"] = r.name;
    o["lag"] = r.lag;
    for (size_t i = 0; i < ids.size(); ++i)
      o[ids[i]] = std::isnan(r.values[i]) ? nlohmann::ordered_json() : nlohmann::ordered_json(r.values[i]);
    return o;
  };
  nlohmann::ordered_json files = nlohmann::ordered_json::array();
  for (size_t i = 0; i + 1 < rows.size(); ++i) files.push_back(object(rows[i]));
  out << nlohmann::ordered_json{{"files", files}, {"mean", object(rows.back())}}.dump(2) << "\n";
}

void writeTable(const std::vector<Row>& rows, const std::vector<std::string>& ids, bool difference, std::ostream& out) {
  size_t width = 4;
  for (const Row& r : rows) width = std::max(width, r.name.size());
  const auto cell = [&](const std::string& text, size_t w) {
    out << std::string(w > text.size() ? w - text.size() : 0, ' ') << text;
  };
  out << "file" << std::string(width - 4, ' ');
  cell("lag", 7);
  for (const std::string& id : ids) cell(id, std::max<size_t>(id.size(), 8) + 2);
  out << "\n";
  for (const Row& r : rows) {
    out << r.name << std::string(width - r.name.size(), ' ');
    cell(number(r.lag, "%g"), 7);
    for (size_t i = 0; i < ids.size(); ++i)
      cell(std::isnan(r.values[i]) ? "-" : number(r.values[i], difference ? "%+.3f" : "%.3f"),
           std::max<size_t>(ids[i].size(), 8) + 2);
    out << "\n";
  }
}

}  // namespace

Row meanOf(const std::vector<Row>& rows, size_t metricCount) {
  Row mean{"mean", 0.0, std::vector<double>(metricCount, kNone), false};
  double files = 0.0;
  for (const Row& r : rows) files += r.channel ? 0.0 : 1.0;
  for (const Row& r : rows) mean.lag += r.channel ? 0.0 : r.lag / files;
  for (size_t i = 0; i < metricCount; ++i) {
    double sum = 0.0, count = 0.0;
    for (const Row& r : rows) {
      if (!r.channel && !std::isnan(r.values[i])) sum += r.values[i], count += 1.0;
    }
    if (count > 0.0) mean.values[i] = sum / count;
  }
  return mean;
}

std::string subtract(std::vector<Row>& rows, const std::vector<std::string>& ids, const std::string& path) {
  auto table = readTable(path);
  if (!table) return table.error();
  bool any = false;
  for (Row& r : rows) {
    const auto stored = table->find(r.name);
    for (size_t i = 0; i < ids.size(); ++i) {
      const bool known = stored != table->end() && stored->second.contains(ids[i]);
      r.values[i] = known ? r.values[i] - stored->second.at(ids[i]) : kNone;
      any = any || known;
    }
  }
  return any ? "" : path + ": holds none of these files or measures";
}

void write(const std::vector<Row>& rows, const std::vector<std::string>& ids, const std::string& format,
           bool difference, std::ostream& out) {
  if (format == "csv")
    writeCsv(rows, ids, out);
  else if (format == "json")
    writeJson(rows, ids, out);
  else
    writeTable(rows, ids, difference, out);
}

}  // namespace rinse::cli
