#include "cli/bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "cli/recipe_json.h"
#include "cli/weights_file.h"
#include "effects/registry.h"
#include "engine.h"

namespace rinse::cli {

namespace {

constexpr double kRate = 48000.0;
constexpr int kQuantum = 128;  // frames: what an AudioWorklet is given

/// Noise whose level goes up and down like syllables, so that no branch of an effect sleeps.
std::vector<float> signal(double seconds) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> x(static_cast<size_t>(seconds * kRate));
  for (size_t i = 0; i < x.size(); ++i) {
    const double syllable = 0.5 - 0.5 * std::cos(2.0 * M_PI * 4.0 * static_cast<double>(i) / kRate);
    x[i] = normal(random) * static_cast<float>(0.01 + 0.1 * syllable * syllable);
  }
  return x;
}

nlohmann::ordered_json measure(const std::string& name, const Recipe& recipe, const std::vector<float>& x) {
  auto engine = Engine::create(recipe, {kRate, 1, kQuantum}, models());
  if (!engine) return {{"name", name}, {"host", "native"}, {"error", engine.error()}};
  using Clock = std::chrono::steady_clock;
  double total = 0.0, worst = 0.0;
  for (size_t at = 0; at + kQuantum <= x.size(); at += kQuantum) {
    std::copy_n(&x[at], kQuantum, (*engine)->buffer(0));
    const auto start = Clock::now();
    (*engine)->process(kQuantum);
    const double us = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
    total += us;
    worst = std::max(worst, us);
  }
  return {{"name", name},
          {"host", "native"},
          {"xRealTime", static_cast<double>(x.size()) / kRate / (total * 1e-6)},
          {"worstBlockUs", worst}};
}

}  // namespace

nlohmann::ordered_json bench(double seconds) {
  const std::vector<float> x = signal(seconds);
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const EffectInfo& e : effects()) {
    Recipe recipe;
    recipe.chain.push_back({e.id, {}, {}});
    rows.push_back(measure(e.id, recipe, x));
  }
  for (const Preset& p : presets()) {
    if (auto recipe = findPreset(p.id)) rows.push_back(measure(p.id, *recipe, x));
  }
  return rows;
}

}  // namespace rinse::cli
