// `rinse clean`: one sound file through a recipe into another.
#pragma once

#include <string>

#include "core/error.h"
#include "metrics/quiet_stretch.h"
#include "recipe.h"

namespace rinse::cli {

struct CleanReport {
  int64_t frames = 0;
  int latency = 0;
  std::string warning;  // what the user should know though it went well
};

/// Streams `in` through the recipe. `out` appears under its name only when it is whole. Progress goes to stderr where
/// that is a terminal.
/// `sideChain`: a file for effects that listen to one, of any length and rate; "" for none.
Result<CleanReport> clean(const std::string& in, const std::string& out, const Recipe&,
                          const std::string& sideChain = {});

/// Lets step `step` of the recipe learn from [fromSeconds, toSeconds) of the file, and writes what it learned into the
/// recipe.
Result<Recipe> learn(const std::string& in, Recipe, int step, double fromSeconds, double toSeconds,
                     const std::string& sideChain = {});

/// The quietest third of a second in which nobody speaks (metrics/quiet_stretch.h).
Result<QuietStretch::Result> findNoise(const std::string& in);

/// Lets every step that wants to hear the whole recording first hear it, where nothing is learned yet. Where there is
/// nothing to go by (silence, a second of sound) the step does as it does live.
Recipe learnWhole(const std::string& in, Recipe, const std::string& sideChain = {});

}  // namespace rinse::cli
