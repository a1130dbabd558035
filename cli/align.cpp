#include "cli/align.h"

#include <cstdio>
#include <filesystem>

#include "array/clocks.h"
#include "blocks/resampler.h"
#include "cli/audio_file.h"
#include "cli/part_file.h"

namespace rinse::cli {

namespace {

constexpr int kBlock = 4096, kMatchRate = 8000;

/// The mean of all channels at 8 kHz: enough to tell times, and an hour of it is 115 MB.
std::vector<float> narrow(AudioFile& file) {
  Resampler resampler(file.info().samplerate, kMatchRate, 16);
  resampler.prepare(kBlock);
  std::vector<float> all, mono(kBlock), out(resampler.maxOutputs(kBlock));
  eachPiece(file, [&](Block b) {
    for (int from = 0; from < b.frames; from += kBlock) {
      const int count = std::min(kBlock, b.frames - from);
      for (int i = 0; i < count; ++i) {
        mono[i] = 0.0f;
        for (int c = 0; c < b.channels; ++c) mono[i] += b[c][from + i] / static_cast<float>(b.channels);
      }
      all.insert(all.end(), out.begin(), out.begin() + resampler.process(mono.data(), count, out.data()));
    }
  });
  return all;
}

/// One file's channels by the first one's clock.
struct Source {
  AudioFile file;
  std::vector<Warp> warps;  // [channels]; none for the first file
  std::vector<std::vector<float>> read;
  bool ended = false;

  /// Fills to[channels][count].
  void fill(float* const* to, int count) {
    Block b{{}, file.info().channels, kBlock};
    for (int c = 0; c < b.channels; ++c) b.data[c] = read[c].data();
    for (int done = 0; done < count;) {
      int made = 0;
      for (int c = 0; c < b.channels; ++c) made = warps[c].pull(to[c] + done, count - done, ended);
      done += made;
      if (done == count) break;
      b.frames = kBlock;
      b.frames = file.read(b);
      ended = b.frames == 0;
      for (int c = 0; c < b.channels; ++c) warps[c].push({b[c], static_cast<size_t>(b.frames)});
    }
  }
};

}  // namespace

Result<int> align(const std::vector<std::string>& in, const std::string& to, std::ostream& out) {
  std::vector<Source> sources;
  std::vector<float> first;
  int channels = 0, rate = 0;
  for (const std::string& path : in) {
    std::error_code ignored;
    if (std::filesystem::equivalent(path, to, ignored))
      return Error{to + ": this is one of the inputs; give the output another name"};
    auto file = AudioFile::read(path);
    if (!file) return Error{file.error()};
    if (rate == 0) rate = file->info().samplerate;
    if (file->info().samplerate != rate)
      return Error{path + ": its sample rate is " + std::to_string(file->info().samplerate) + " Hz, the first file's " +
                   std::to_string(rate) + "; they must be the same"};
    channels += file->info().channels;
    std::vector<float> sound = narrow(*file);
    auto again = AudioFile::read(path);
    if (!again) return Error{again.error()};
    ClockMatch match{0.0, 0.0, 0};
    if (first.empty()) {
      first = std::move(sound);
    } else {
      const auto found = matchClocks(first, sound, kMatchRate);
      if (!found) return Error{path + ": nothing in it was heard in " + in[0] + " too"};
      match = {found->offset * rate / kMatchRate, found->drift, found->stretches};
      char line[160];
      std::snprintf(line, sizeof line, ": began %.4f s %s, its clock runs %.1f ppm %s (%d stretches agree)\n",
                    std::abs(match.offset) / rate, match.offset < 0 ? "later" : "earlier", std::abs(match.drift) * 1e6,
                    match.drift < 0 ? "slow" : "fast", match.stretches);
      out << path << line;
    }
    const int count = again->info().channels;
    sources.push_back({std::move(*again), std::vector<Warp>(count, Warp(match)),
                       std::vector<std::vector<float>>(count, std::vector<float>(kBlock)), false});
  }
  if (channels > kMaxChannels)
    return Error{"together they have " + std::to_string(channels) + " channels; up to " + std::to_string(kMaxChannels) +
                 " are accepted"};
  auto original = AudioFile::read(in[0]);  // says how long the result is
  if (!original) return Error{original.error()};
  auto format = formatFor(to, original->info());
  if (!format) return Error{format.error()};
  auto part = PartFile::beside(to);
  if (!part) return Error{part.error()};
  auto file = AudioFile::write(part->takeDescriptor(), to, rate, channels, *format);
  if (!file) return Error{file.error()};
  std::vector<std::vector<float>> buffers(kMaxChannels, std::vector<float>(kBlock));
  Block count{{}, original->info().channels, kBlock};
  bool fits = true;
  while (true) {
    for (int c = 0; c < count.channels; ++c) count.data[c] = buffers[c].data();
    count.frames = kBlock;
    const int frames = original->read(count);
    if (frames == 0) break;
    Block all{{}, channels, frames};
    for (int c = 0; c < channels; ++c) all.data[c] = buffers[c].data();
    int at = count.channels;  // the first file's samples are there already, as they were
    for (size_t s = 1; s < sources.size(); ++s) {
      sources[s].fill(all.data.data() + at, frames);
      at += sources[s].file.info().channels;
    }
    fits = fits && file->write(all);
  }
  if (!fits || !file->close()) return Error{to + ": the disk took no more; nothing was written"};
  if (std::string wrong = part->keep(); !wrong.empty()) return Error{wrong};
  return 0;
}

}  // namespace rinse::cli
