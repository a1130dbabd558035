#include "cli/clean.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "blocks/resampler.h"
#include "cli/audio_file.h"
#include "cli/part_file.h"
#include "cli/weights_file.h"
#include "effects/registry.h"
#include "engine.h"

namespace rinse::cli {

namespace {

constexpr int kBlock = 4096;  // frames: small enough for the cache, large enough that calls don't count

volatile std::sig_atomic_t interrupted = 0;

class Progress {
 public:
  explicit Progress(int64_t total) : total_(total), shown_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  void at(int64_t done) {
    const auto now = Clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    const double part = total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 0.0;
    const double spent = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\r%3.0f %%, %.0f s left \033[K", 100.0 * part,
                 part > 0.0 ? spent * (1.0 - part) / part : 0.0);
  }

 private:
  using Clock = std::chrono::steady_clock;
  int64_t total_;
  bool shown_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

Block buffersOf(Engine& engine, int frames) {
  Block b{{}, engine.spec().channels, frames};
  for (int c = 0; c < b.channels; ++c) b.data[c] = engine.buffer(c);
  if (engine.spec().sideChain) b.sideChain = engine.buffer(b.channels);
  return b;
}

/// A side-chain's file: the mean of its channels, at the rate of what is cleaned, silence behind its end.
class SideChain {
 public:
  /// `path`: "" for none.
  static Result<std::optional<SideChain>> open(const std::string& path, int rate) {
    if (path.empty()) return std::optional<SideChain>();
    auto file = AudioFile::read(path);
    if (!file) return Error{file.error()};
    return std::optional(SideChain(std::move(*file), rate));
  }

  void read(float* to, int frames) {
    while (static_cast<int>(waiting_.size()) < frames && more_) fetch();
    const int count = std::min(frames, static_cast<int>(waiting_.size()));
    std::copy_n(waiting_.begin(), count, to);
    std::fill(to + count, to + frames, 0.0f);
    waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  }

 private:
  SideChain(AudioFile file, int rate) : file_(std::move(file)) {
    channels_.assign(file_.info().channels, std::vector<float>(kBlock));
    if (file_.info().samplerate == rate) return;
    resampler_.emplace(file_.info().samplerate, rate, 32);
    resampler_->prepare(kBlock);
  }

  void fetch() {
    Block b{{}, static_cast<int>(channels_.size()), kBlock};
    for (int c = 0; c < b.channels; ++c) b.data[c] = channels_[c].data();
    int got = file_.read(b);
    if (got == 0) {  // what the resampler still holds comes out behind silence
      more_ = false;
      if (!resampler_) return;
      got = std::min(kBlock, resampler_->lookAhead());
      for (int c = 0; c < b.channels; ++c) std::fill_n(b[c], got, 0.0f);
    }
    for (int i = 0; i < got; ++i) b[0][i] = b.mean(i);
    if (!resampler_) return void(waiting_.insert(waiting_.end(), b[0], b[0] + got));
    const size_t before = waiting_.size();
    waiting_.resize(before + resampler_->maxOutputs(got));
    waiting_.resize(before + resampler_->process(b[0], got, &waiting_[before]));
  }

  AudioFile file_;
  std::optional<Resampler> resampler_;
  std::vector<std::vector<float>> channels_;
  std::vector<float> waiting_;
  bool more_ = true;
};

/// Reads, processes and writes all of it, without the engine's latency at the start and with as many frames as came in.
Result<CleanReport> stream(AudioFile& input, std::optional<SideChain>& sideChain, AudioFile& output, Engine& engine) {
  CleanReport report;
  report.latency = engine.latency();
  Progress progress(input.promisedFrames());
  int64_t skip = report.latency, owed = 0;
  for (bool more = true; more || owed > 0;) {
    if (interrupted) return Error{"interrupted; nothing was written"};
    Block b = buffersOf(engine, kBlock);
    const int got = more ? input.read(b) : 0;
    more = got > 0;
    report.frames += got;
    owed += got;
    for (int c = 0; c < b.channels; ++c) std::fill(b[c] + got, b[c] + kBlock, 0.0f);
    if (got > 0) b.frames = got;
    if (sideChain) sideChain->read(b.sideChain, b.frames);
    engine.process(b);
    const int drop = static_cast<int>(std::min<int64_t>(skip, b.frames));
    skip -= drop;
    const int count = static_cast<int>(std::min<int64_t>(b.frames - drop, owed));
    owed -= count;
    if (count > 0 && !output.write(b.part(drop, count))) return Error{"the disk took no more; nothing was written"};
    progress.at(report.frames);
  }
  if (report.frames == 0) return Error{"nothing of the input can be decoded; nothing was written"};
  if (report.frames < input.promisedFrames() || input.cutShort()) {
    report.warning = "the input ends early: its header promises more than it holds. What is there was cleaned.";
  }
  if (engine.badSamples() > 0) {
    report.warning += (report.warning.empty() ? "" : " ") + std::to_string(engine.badSamples()) +
                      " samples were no numbers or beyond all measure and were replaced.";
  }
  return report;
}

Result<std::unique_ptr<Engine>> engineFor(const AudioFile& file, const std::string& name, const Recipe& recipe,
                                          bool sideChain) {
  Spec spec{static_cast<double>(file.info().samplerate), file.info().channels, kBlock};
  spec.sideChain = sideChain;
  auto engine = Engine::create(recipe, spec, models());
  if (!engine) return Error{name + ": " + engine.error()};
  return engine;
}

}  // namespace

Result<CleanReport> clean(const std::string& in, const std::string& out, const Recipe& recipe,
                          const std::string& sideChain) {
  auto input = AudioFile::read(in);
  if (!input) return Error{input.error()};
  std::error_code ignored;
  if (std::filesystem::equivalent(in, out, ignored))
    return Error{out + ": this is the input itself; give the output another name"};
  auto engine = engineFor(*input, in, recipe, !sideChain.empty());
  if (!engine) return Error{engine.error()};
  auto side = SideChain::open(sideChain, input->info().samplerate);
  if (!side) return Error{side.error()};
  auto format = formatFor(out, input->info());
  if (!format) return Error{format.error()};

  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  auto part = PartFile::beside(out);
  if (!part) return Error{part.error()};
  auto output =
      AudioFile::write(part->takeDescriptor(), out, input->info().samplerate, input->info().channels, *format);
  if (!output) return Error{output.error()};
  auto report = stream(*input, *side, *output, **engine);
  if (!report) return Error{out + ": " + report.error()};
  if (!output->close()) return Error{out + ": the disk took no more; nothing was written"};
  if (std::string wrong = part->keep(); !wrong.empty()) return Error{wrong};
  return report;
}

Result<Recipe> learn(const std::string& in, Recipe recipe, int step, double fromSeconds, double toSeconds,
                     const std::string& sideChain) {
  auto input = AudioFile::read(in);
  if (!input) return Error{input.error()};
  auto engine = engineFor(*input, in, recipe, !sideChain.empty());
  if (!engine) return Error{engine.error()};
  auto side = SideChain::open(sideChain, input->info().samplerate);
  if (!side) return Error{side.error()};
  if (std::string wrong = (*engine)->startLearning(step); !wrong.empty()) return Error{in + ": " + wrong};
  const auto rate = static_cast<double>(input->info().samplerate);
  int64_t at = 0;
  const double longest = 1e15;  // frames: beyond any file, within the integers
  const auto from = static_cast<int64_t>(std::min(fromSeconds * rate, longest)),
             to = static_cast<int64_t>(std::min(toSeconds * rate, longest));
  while (at < to) {
    Block b = buffersOf(
        **engine, static_cast<int>(std::min<int64_t>(kBlock, at < from ? std::max<int64_t>(1, from - at) : to - at)));
    b.frames = input->read(b);
    if (b.frames == 0) break;
    if (*side) (*side)->read(b.sideChain, b.frames);
    if (at >= from) (*engine)->process(b);
    at += b.frames;
  }
  if (at <= from) {
    return Error{in + ": it ends after " + std::to_string(static_cast<double>(at) / rate) +
                 " s, before the stretch to learn from begins"};
  }
  if (std::string wrong = (*engine)->finishLearning(step); !wrong.empty()) return Error{in + ": " + wrong};
  recipe.chain[step].learned = (*engine)->learned(step);
  return recipe;
}

Result<QuietStretch::Result> findNoise(const std::string& in) {
  auto input = AudioFile::read(in);
  if (!input) return Error{input.error()};
  QuietStretch quiet(input->info().samplerate, kBlock);
  eachPiece(*input, [&](Block piece) { quiet.add(piece); });
  if (const auto found = quiet.result()) return *found;
  return Error{in + ": there is no third of a second without a voice to learn the noise from"};
}

Recipe learnWhole(const std::string& in, Recipe recipe, const std::string& sideChain) {
  for (size_t i = 0; i < recipe.chain.size(); ++i) {
    const EffectInfo* info = findEffect(recipe.chain[i].effect);
    const bool wants =
        info && info->learns == Learns::whole && recipe.chain[i].learned.empty() && !recipe.chain[i].bypass;
    if (!wants) continue;
    if (auto heard = learn(in, recipe, static_cast<int>(i), 0.0, 1e15, sideChain)) recipe = std::move(*heard);
  }
  return recipe;
}

}  // namespace rinse::cli
