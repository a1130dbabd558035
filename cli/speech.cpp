#include "cli/speech.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/audio_file.h"
#include "engine.h"
#include "voice/voice_activity.h"

namespace rinse::cli {

namespace {
struct Stretch {
  double from, to;  // seconds
};
}  // namespace

Result<int> speech(const std::string& path, float threshold, double hangoverSeconds, bool json, std::ostream& out) {
  auto file = AudioFile::read(path);
  if (!file) return Error{file.error()};
  const int rate = file->info().samplerate, channels = file->info().channels;
  if (rate < Engine::kLeastRate || rate > Engine::kMostRate || channels > kMaxChannels)
    return Error{path + ": 1 to 8 channels at 8000 to 192000 Hz are accepted"};
  const int hop = rate / 100;
  VoiceActivity activity;
  activity.prepare(rate, hop);
  activity.sensitivity(threshold, hangoverSeconds);
  std::vector<Stretch> found;
  int64_t heard = 0;
  bool before = false;
  const auto listen = [&](Block b) {
    activity.process(b);
    heard += b.frames;
    const double at = std::max(0.0, static_cast<double>(heard) / rate - activity.lag());
    if (activity.active() && !before) found.push_back({at, at});
    if (activity.active()) found.back().to = at;
    before = activity.active();
  };
  eachPiece(*file, [&](Block piece) {
    for (int at = 0; at < piece.frames; at += hop) listen(piece.part(at, std::min(hop, piece.frames - at)));
  });
  if (heard == 0) return Error{path + ": the file holds no samples"};
  const int64_t samples = heard;
  std::vector<float> silence(hop);  // what is still on its way
  Block quiet{{}, channels, hop};
  for (int c = 0; c < channels; ++c) quiet.data[c] = silence.data();
  for (double left = activity.lag(); left > 0; left -= 0.01) listen(quiet);
  for (Stretch& s : found) s.to = std::min(s.to, static_cast<double>(samples) / rate);

  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Stretch& s : found) list.push_back({{"from", s.from}, {"to", s.to}});
    out << list.dump(2) << "\n";
    return 0;
  }
  char line[64];
  for (const Stretch& s : found) {
    std::snprintf(line, sizeof line, "%.3f\t%.3f\tspeech\n", s.from, s.to);
    out << line;
  }
  return 0;
}

}  // namespace rinse::cli
