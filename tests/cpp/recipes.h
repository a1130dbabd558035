// A recipe of one effect, and what comes out of it.
#pragma once

#include <gtest/gtest.h>

#include "cli/weights_file.h"
#include "engine.h"
#include "signals.h"

namespace rinse::test {

using Params = std::vector<std::pair<std::string, float>>;

inline Recipe with(const std::string& effect, Params params = {}, std::vector<float> learned = {}) {
  Recipe r;
  RecipeStep step{effect, std::move(params), std::move(learned)};
  r.chain.push_back(step);
  return r;
}

/// Lined up with the input and as long.
inline std::vector<float> through(const Recipe& recipe, std::vector<float> x, double rate = 48000.0) {
  auto engine = Engine::create(recipe, {rate, 1, 480}, cli::models());
  EXPECT_TRUE(engine) << engine.error();
  const int lag = (*engine)->latency();
  x.resize(x.size() + lag, 0.0f);
  Channels c = {std::move(x)};
  run(**engine, c, {480});
  return {c[0].begin() + lag, c[0].end()};
}

}  // namespace rinse::test
