#include "cli/inspect.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/audio_file.h"
#include "cli/recipe_json.h"
#include "metrics/inspection.h"

namespace rinse::cli {

namespace {

using Json = nlohmann::ordered_json;

Json number(double v) { return std::isfinite(v) ? Json(v) : Json(); }

/// The first preset that fits the worst finding that any fits; empty where none does (worklet/src/inspection.ts decides
/// alike).
std::string fittingPreset(const Inspection& report) {
  for (const Finding& f : report.findings) {
    for (const Preset& p : presets()) {
      const auto fits = nlohmann::json::parse(p.json).value("fits", std::vector<std::string>{});
      if (std::find(fits.begin(), fits.end(), f.id) != fits.end()) return p.id;
    }
  }
  return {};
}

Json toJson(const Inspection& r, int rate, const std::string& preset) {
  Json o{{"seconds", r.seconds}, {"sample_rate", rate}, {"channels", r.channels.rmsDb.size()}};
  for (const Measured& m : measured(r)) o[m.id] = number(m.value);
  o["channel_rms_db"] = r.channels.rmsDb;
  o["channel_offset"] = r.channels.offset;
  o["channels_identical"] = r.channels.identical;
  o["channels_inverted"] = r.channels.inverted;
  o["findings"] = Json::array();
  for (const Finding& f : r.findings)
    o["findings"].push_back({{"id", f.id}, {"severity", severityName(f.severity)}, {"text", f.text}});
  o["preset"] = preset.empty() ? Json() : Json(preset);
  return o;
}

void toText(const Inspection& r, const std::string& path, int rate, const std::string& preset, std::ostream& out) {
  char text[96];
  const size_t channels = r.channels.rmsDb.size();
  std::snprintf(text, sizeof text, ": %.1f s, %d Hz, %zu channel%s", r.seconds, rate, channels,
                channels == 1 ? "" : "s");
  out << path << text << "\n\n";
  for (const Measured& m : measured(r)) {
    if (!std::isfinite(m.value)) continue;
    std::snprintf(text, sizeof text, m.value == std::round(m.value) ? "%-18s %7.0f %s\n" : "%-18s %7.1f %s\n", m.label,
                  m.value, m.unit);
    out << text;
  }
  out << "\n";
  for (const Finding& f : r.findings) out << (f.severity == Finding::clear ? "! " : "- ") << f.text << "\n";
  if (r.findings.empty()) out << "Nothing to mend.\n";
  if (!preset.empty()) out << "\nFitting preset: " << preset << "\n";
}

}  // namespace

Result<int> inspect(const std::string& path, bool json, std::ostream& out) {
  auto file = AudioFile::read(path);
  if (!file) return Error{file.error()};
  const int rate = file->info().samplerate, channels = file->info().channels;
  auto inspector = Inspector::create(rate, channels);
  if (!inspector) return Error{path + ": " + inspector.error()};
  eachPiece(*file, [&](Block piece) { (*inspector)->add(piece); });
  const Inspection report = (*inspector)->result();
  if (report.seconds == 0.0) return Error{path + ": the file holds no samples"};
  const std::string preset = fittingPreset(report);
  if (json)
    out << toJson(report, rate, preset).dump(2) << "\n";
  else
    toText(report, path, rate, preset, out);
  return 0;
}

}  // namespace rinse::cli
