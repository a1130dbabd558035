#include "cli/score.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include "cli/audio_file.h"
#include "cli/score_table.h"
#include "metrics/scores.h"

namespace rinse::cli {

namespace fs = std::filesystem;

namespace {

struct Job {
  std::string name, clean, estimate, noisy;
  Scores scores;
  std::string wrong;
};

Result<Recording> readAll(const std::string& path) {
  auto file = AudioFile::read(path);
  if (!file) return Error{file.error()};
  const int channels = file->info().channels;
  if (channels > kMaxChannels) return Error{path + ": " + std::to_string(channels) + " channels; 1 to 8 are accepted"};
  Recording all{file->info().samplerate, std::vector<std::vector<float>>(channels)};
  eachPiece(*file, [&](Block piece) {
    for (int c = 0; c < channels; ++c)
      all.channels[c].insert(all.channels[c].end(), piece.data[c], piece.data[c] + piece.frames);
  });
  return all;
}

void measure(Job& job, const std::vector<bool>& wanted) try {
  auto x = readAll(job.clean), y = readAll(job.estimate);
  auto n = job.noisy.empty() ? Result<Recording>(Recording{}) : readAll(job.noisy);
  for (auto* read : {&x, &y, &n}) {
    if (!*read) return void(job.wrong = read->error());
  }
  auto found = score(*x, *y, job.noisy.empty() ? nullptr : &*n, wanted);
  if (found)
    job.scores = std::move(*found);
  else
    job.wrong = job.estimate + ": " + found.error();
} catch (const std::exception& e) {  // memory that is not there
  job.wrong = job.estimate + ": " + e.what();
}

/// Files of a folder by stem. Two of one stem can't be told apart.
Result<std::map<std::string, std::string>> stems(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename().string().starts_with(".")) continue;
    const auto [at, fresh] = found.emplace(entry.path().stem().string(), entry.path().string());
    if (!fresh)
      return Error{folder + ": " + at->second + " and " + entry.path().string() +
                   " have the same name but for the ending"};
  }
  return found;
}

Result<std::vector<Job>> match(const ScoreArgs& args, std::ostream& warnings) {
  for (const std::string& path : {args.clean, args.estimate, args.noisy}) {
    if (!path.empty() && !fs::exists(path)) return Error{path + ": there is no such file or folder"};
  }
  const bool folders = fs::is_directory(args.clean);
  if (folders != fs::is_directory(args.estimate) || (!args.noisy.empty() && folders != fs::is_directory(args.noisy)))
    return Error{"give files only or folders only"};
  if (!folders)
    return std::vector<Job>{
        {fs::path(args.estimate).filename().string(), args.clean, args.estimate, args.noisy, {}, {}}};
  auto clean = stems(args.clean), estimates = stems(args.estimate);
  auto noisy = args.noisy.empty() ? Result<std::map<std::string, std::string>>(std::map<std::string, std::string>{})
                                  : stems(args.noisy);
  for (auto* listed : {&clean, &estimates, &noisy}) {
    if (!*listed) return Error{listed->error()};
  }
  std::vector<Job> jobs;
  for (const auto& [stem, estimate] : *estimates) {
    const auto reference = clean->find(stem);
    if (reference == clean->end()) {
      warnings << "rinse: " << estimate << ": left out, " << args.clean << " has no such name\n";
      continue;
    }
    Job job{fs::path(estimate).filename().string(), reference->second, estimate, {}, {}, {}};
    if (!args.noisy.empty()) {
      const auto before = noisy->find(stem);
      if (before == noisy->end()) return Error{args.noisy + ": there is no " + stem};
      job.noisy = before->second;
    }
    jobs.push_back(std::move(job));
  }
  for (const auto& [stem, reference] : *clean) {
    if (!estimates->contains(stem))
      warnings << "rinse: " << reference << ": left out, " << args.estimate << " has no such name\n";
  }
  if (jobs.empty()) return Error{args.estimate + ": no file has the name of one in " + args.clean};
  return jobs;
}

/// Whether a name given by the user means this metric: its id, or the family before the underscore ("pesq": pesq_wb,
/// pesq_nb …).
bool means(const std::string& name, const std::string& id) { return id == name || id.starts_with(name + "_"); }

/// Which metrics are shown: `all` are those that can be computed.
Result<std::vector<bool>> choose(const ScoreArgs& args) {
  const auto known = metrics();
  std::vector<bool> wanted(known.size(), false);
  for (const std::string& name : args.metrics.empty() ? std::vector<std::string>{"all"} : args.metrics) {
    bool any = false, withoutNoisy = false;
    for (size_t i = 0; i < known.size(); ++i) {
      if (name != "all" && !means(name, known[i].id)) continue;
      any = true;
      withoutNoisy = withoutNoisy || !known[i].needsNoisy || !args.noisy.empty();
      wanted[i] = wanted[i] || !known[i].needsNoisy || !args.noisy.empty();
    }
    if (any && !withoutNoisy)
      return Error{"--metrics " + name + ": compares with the unprocessed file: give --noisy too"};
    if (any) continue;
    std::string ids;
    for (const Metric& m : known) ids += std::string(ids.empty() ? "" : ", ") + m.id;
    return Error{"--metrics " + name + ": there is no such measure; there are " + ids +
                 ", families of them (pesq, lsd), and all"};
  }
  return wanted;
}

std::vector<std::string> columns(const std::vector<bool>& wanted) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) ids.emplace_back(metrics()[i].id);
  }
  return ids;
}

Row row(const std::string& name, double lag, const std::vector<double>& values, const std::vector<bool>& wanted,
        bool channel) {
  Row r{name, lag, {}, channel};
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) r.values.push_back(values[i]);
  }
  return r;
}

/// A row for each file; where it has several channels, one for each of those too ("name:2").
std::vector<Row> rowsOf(const std::vector<Job>& jobs, const std::vector<bool>& wanted) {
  std::vector<Row> rows;
  for (const Job& job : jobs) {
    rows.push_back(row(job.name, job.scores.lag, job.scores.mean, wanted, false));
    if (job.scores.channels.size() < 2) continue;
    for (size_t c = 0; c < job.scores.channels.size(); ++c)
      rows.push_back(row(job.name + ":" + std::to_string(c + 1), job.scores.lag, job.scores.channels[c], wanted, true));
  }
  return rows;
}

}  // namespace

Result<int> score(const ScoreArgs& args, std::ostream& out, std::ostream& warnings) {
  auto wanted = choose(args);
  if (!wanted) return Error{wanted.error()};
  auto jobs = match(args, warnings);
  if (!jobs) return Error{jobs.error()};
  std::atomic<size_t> next{0};
  std::vector<std::thread> workers(std::max(1u, std::thread::hardware_concurrency()));
  for (std::thread& w : workers) {
    w = std::thread([&] {
      for (size_t i = next++; i < jobs->size(); i = next++) {
        measure((*jobs)[i], *wanted);
        if (!(*jobs)[i].wrong.empty())
          next = jobs->size();  // one that fails ends it: a mean of the others would mislead
      }
    });
  }
  for (std::thread& w : workers) w.join();
  for (const Job& job : *jobs) {
    if (!job.wrong.empty()) return Error{job.wrong};
  }
  std::vector<Row> rows = rowsOf(*jobs, *wanted);
  const std::vector<std::string> ids = columns(*wanted);
  if (!args.baseline.empty()) {
    if (std::string wrong = subtract(rows, ids, args.baseline); !wrong.empty()) return Error{wrong};
  }
  rows.push_back(meanOf(rows, ids.size()));  // of the differences, where they are such
  write(rows, ids, args.format, !args.baseline.empty(), out);
  return 0;
}

}  // namespace rinse::cli
