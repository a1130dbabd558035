// The native program `rinse`: arguments to the parts that do the work.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "cli/align.h"
#include "cli/bench.h"
#include "cli/clean.h"
#include "cli/inspect.h"
#include "cli/part_file.h"
#include "cli/recipe_json.h"
#include "cli/score.h"
#include "cli/speech.h"
#include "cli/types.h"
#include "cli/weights_file.h"
#include "effects/registry.h"
#include "metrics/scores.h"

namespace {

using namespace rinse;

int fail(const std::string& message) {
  std::cerr << "rinse: " << message << "\n";
  return 1;
}

constexpr const char* kDefaultPreset = "voice-recording";

struct CleanArgs {
  std::string in, out, recipe, preset, learn, save, weights, sideChain;  // no recipe and no preset: see withoutRecipe()
  bool lowLatency = false;
  std::map<std::string, float> params;  // "denoise.floor" -> value, those given
};

/// One option for each parameter of each effect, from the tables.
void addParamOptions(CLI::App& app, CleanArgs& args) {
  for (const EffectInfo& e : effects()) {
    for (const Param& p : e.params) {
      const std::string id = std::string(e.id) + "." + p.id;
      std::ostringstream help;
      help << p.label << ", " << p.min << " to " << p.max << (*p.unit ? " " : "") << p.unit << " (" << p.defaultValue
           << "). " << p.help;
      for (size_t i = 0; i < p.choices.size(); ++i) help << (i ? ", " : " ") << i << " = " << p.choices[i];
      app.add_option_function<float>(
             "--" + id, [&args, id](float value) { args.params[id] = value; }, help.str())
          ->group(e.label);
    }
  }
}

/// The default preset; or, where parameters are given and none is of its effects, the effects that they are of.
Result<Recipe> withoutRecipe(const CleanArgs& args) {
  auto usual = cli::findPreset(kDefaultPreset);
  if (!usual || args.params.empty()) return usual;
  const auto given = [&](std::string_view effect) {
    return std::any_of(args.params.begin(), args.params.end(),
                       [&](const auto& p) { return p.first.substr(0, p.first.find('.')) == effect; });
  };
  Recipe named;
  for (const RecipeStep& step : usual->chain) {
    if (given(step.effect)) return usual;
  }
  for (const EffectInfo& e : effects()) {
    if (given(e.id)) named.chain.push_back({e.id, {}, {}});
  }
  return named;
}

Result<Recipe> recipeFrom(const CleanArgs& args) {
  Result<Recipe> recipe = Recipe{};
  if (args.recipe.empty()) {
    recipe = args.preset.empty() ? withoutRecipe(args) : cli::findPreset(args.preset);
  } else {
    std::ifstream file(args.recipe);
    if (!file) return Error{args.recipe + ": there is no such file"};
    recipe = cli::parseRecipe((std::stringstream() << file.rdbuf()).str(), args.recipe);
  }
  if (!recipe) return recipe;
  if (args.lowLatency) recipe->lowLatency = true;
  for (const auto& [id, value] : args.params) {
    const std::string effect = id.substr(0, id.find('.')), param = id.substr(id.find('.') + 1);
    bool found = false;
    for (RecipeStep& step : recipe->chain) {
      if (step.effect != effect) continue;
      std::erase_if(step.params, [&](const auto& p) { return p.first == param; });
      step.params.emplace_back(param, value);
      found = true;
    }
    if (!found) return Error{"--" + id + ": the recipe has no effect \"" + effect + "\""};
  }
  return recipe;
}

/// "1.5:3" -> learns on those seconds with every step that can.
Result<Recipe> learnFrom(const CleanArgs& args, Recipe recipe) {
  double from = 0.0, to = 0.0;
  char colon = 0;
  std::istringstream text(args.learn);
  if (args.learn == "auto") {
    auto found = cli::findNoise(args.in);
    if (!found) return Error{found.error()};
    from = found->from, to = found->to;
  } else if (!(text >> from >> colon >> to) || colon != ':' || !(text >> std::ws).eof() || !(from >= 0.0) ||
             !(to > from)) {
    return Error{"--learn " + args.learn + ": two times in seconds are needed, as in --learn 0.5:2, or auto"};
  }
  bool any = false;
  for (size_t i = 0; i < recipe.chain.size(); ++i) {
    const EffectInfo* info = findEffect(recipe.chain[i].effect);
    if (!info) continue;  // Engine::create says so
    if (info->learns != Learns::stretch) continue;
    auto learned = cli::learn(args.in, recipe, static_cast<int>(i), from, to);
    if (!learned) return learned;
    recipe = *learned;
    any = true;
  }
  if (!any) return Error{"--learn: no effect of the recipe learns anything"};
  return recipe;
}

int runClean(const CleanArgs& args) {
  std::error_code ignored;
  if (!args.sideChain.empty() && std::filesystem::equivalent(args.sideChain, args.out, ignored))
    return fail("--side-chain " + args.sideChain + ": this is the output; give it another name");
  for (const std::string& other : {args.in, args.out}) {
    const bool same =
        !args.save.empty() && (args.save == other || std::filesystem::equivalent(args.save, other, ignored));
    if (same)
      return fail("--save-recipe " + args.save + ": this is the input or the output; give the recipe another name");
  }
  if (!args.weights.empty()) {
    if (std::string wrong = cli::replaceModel(args.weights); !wrong.empty()) return fail(wrong);
  }
  auto recipe = recipeFrom(args);
  if (!recipe) return fail(recipe.error());
  const auto listens = [](const RecipeStep& step) {
    return findEffect(step.effect) && findEffect(step.effect)->sideChain;
  };
  if (!args.sideChain.empty() && std::none_of(recipe->chain.begin(), recipe->chain.end(), listens))
    return fail("--side-chain: no effect of the recipe listens to one; a gate does");
  if (!args.learn.empty()) {
    recipe = learnFrom(args, *recipe);
    if (!recipe) return fail(recipe.error());
  }
  // What the whole recording taught belongs to it alone, and is not saved.
  auto report = cli::clean(args.in, args.out, cli::learnWhole(args.in, *recipe, args.sideChain), args.sideChain);
  if (!report) return fail(report.error());
  if (!report->warning.empty()) std::cerr << "rinse: " << args.in << ": " << report->warning << "\n";
  if (!args.save.empty()) {
    if (std::string wrong = cli::writeWhole(args.save, cli::toJson(*recipe).dump(2) + "\n"); !wrong.empty())
      return fail(wrong);
  }
  return 0;
}

int listPresets() {
  for (const cli::Preset& p : cli::presets()) {
    const auto json = nlohmann::json::parse(p.json);
    std::cout << p.id << "  " << json.value("label", "") << ". " << json.value("help", "") << "\n";
  }
  return 0;
}

std::string metricHelp() {
  std::string text = "lag: samples by which the estimate lagged; compensated.\n";
  for (const Metric& m : metrics())
    text += std::string(m.id) + ": " + m.help + (m.more ? "" : " (less is better)") + "\n";
  return text;
}

int run(int argc, char** argv) {
  CLI::App app{"Rinse cleans audio."};
  app.require_subcommand(1);

  CleanArgs args;
  CLI::App* clean = app.add_subcommand("clean", "Clean a sound file into another");
  clean->add_option("IN", args.in, "WAV, FLAC, OGG …; 1 to 8 channels, 8 to 192 kHz")->required();
  clean->add_option("OUT", args.out, "Keeps rate, channels, length and, where the ending allows it, subtype")
      ->required();
  auto* preset = clean->add_option("--preset", args.preset,
                                   "A name from `rinse presets`; voice-recording where neither preset nor recipe nor "
                                   "parameters of other effects are given");
  clean->add_option("--recipe", args.recipe, "A recipe's JSON file")->excludes(preset);
  clean->add_flag("--low-latency", args.lowLatency,
                  "10 ms instead of 20 ms of delay, for trying out what live use gives");
  clean->add_option(
      "--learn", args.learn,
      "FROM:TO in seconds, a stretch without the wanted sound to learn from; auto finds the quietest one");
  clean->add_option("--side-chain", args.sideChain,
                    "A file that gates listen to instead of the input; of any rate, silence behind its end");
  clean->add_option("--weights", args.weights, "Another network's file in place of the one brought along");
  clean->add_option("--save-recipe", args.save, "Write the recipe that was used, with what was learned, to this file");
  addParamOptions(*clean, args);

  bool schema = false, types = false;
  CLI::App* describe = app.add_subcommand("describe", "Effects and parameters as JSON");
  describe->add_flag("--schema", schema, "The JSON schema of a recipe instead");
  describe->add_flag("--types", types, "TypeScript types instead");

  CLI::App* listed = app.add_subcommand("presets", "The presets there are");

  cli::ScoreArgs scoring;
  CLI::App* score = app.add_subcommand("score", "Measure against a clean reference");
  score->add_option("--clean", scoring.clean, "File or folder")->required();
  score->add_option("--est", scoring.estimate, "File or folder, matched by stem")->required();
  score->add_option("--noisy", scoring.noisy, "The same before cleaning: adds the measures of musical noise");
  score
      ->add_option("--metrics", scoring.metrics,
                   "Which, with commas between: ids as below, families of them (pesq, lsd), all")
      ->delimiter(',');
  score->add_option("--format", scoring.format, "How the table is written")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  score->add_option("--baseline", scoring.baseline, "Print the difference to this table (CSV); lag stays as it is");
  score->footer(metricHelp());

  std::string inspected;
  bool json = false;
  CLI::App* inspect = app.add_subcommand("inspect", "What is wrong with a recording, and which preset fits");
  inspect->add_option("FILE", inspected, "WAV, FLAC, OGG …")->required();
  inspect->add_flag("--json", json, "As JSON");

  std::string spoken;
  bool spokenJson = false;
  float threshold = 0.7f;
  double hangover = 30.0;
  CLI::App* speech = app.add_subcommand("speech", "When somebody speaks, as labels that Audacity reads");
  speech->add_option("FILE", spoken, "WAV, FLAC, OGG …")->required();
  speech->add_flag("--json", spokenJson, "As JSON");
  speech->add_option("--threshold", threshold, "How sure the detector must be")
      ->check(CLI::Range(0.05, 0.95))
      ->capture_default_str();
  speech->add_option("--hangover", hangover, "Milliseconds that a word is taken to go on after its end")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();

  std::vector<std::string> recorders;
  std::string aligned;
  CLI::App* align =
      app.add_subcommand("align", "Bring several recorders' files onto one clock, as the channels of one file");
  align->add_option("FILES", recorders, "The first one's clock counts; all of one sample rate")
      ->required()
      ->expected(2, 8);
  align->add_option("-o,--out", aligned, "What to write")->required();

  double seconds = 10.0;
  CLI::App* bench = app.add_subcommand("bench", "Speed of each effect and preset; JSON");
  bench->add_option("--seconds", seconds, "Length of the test signal")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();

  CLI11_PARSE(app, argc, argv);
  if (*clean) return runClean(args);
  if (*describe && types) return std::cout << cli::typeScript(), 0;
  if (*describe) return std::cout << (schema ? cli::recipeSchema() : cli::describe()).dump(2) << "\n", 0;
  if (*listed) return listPresets();
  if (*bench) return std::cout << cli::bench(seconds).dump(2) << "\n", 0;
  if (*inspect) {
    auto done = cli::inspect(inspected, json, std::cout);
    return done ? *done : fail(done.error());
  }
  if (*speech) {
    auto done = cli::speech(spoken, threshold, hangover / 1000.0, spokenJson, std::cout);
    return done ? *done : fail(done.error());
  }
  if (*align) {
    auto done = cli::align(recorders, aligned, std::cout);
    return done ? *done : fail(done.error());
  }
  auto scored = cli::score(scoring, std::cout, std::cerr);
  return scored ? *scored : fail(scored.error());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {  // of the standard library: names that are too long, memory that is not there
    return fail(e.what());
  }
}
