#include "cli/recipe_json.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "cli/weights_file.h"
#include "effects/registry.h"
#include "engine.h"

namespace rinse::cli {

using Json = nlohmann::ordered_json;

namespace {

/// A float as the shortest decimal that gives it back: 0.1, not 0.10000000149.
double tidy(float x) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  return std::stod(std::string(digits, end));
}

Json describeParam(const Param& p) {
  Json j = {{"id", p.id},         {"label", p.label},   {"unit", p.unit},
            {"min", tidy(p.min)}, {"max", tidy(p.max)}, {"default", tidy(p.defaultValue)},
            {"help", p.help}};
  if (!p.choices.empty()) j["choices"] = std::vector<std::string>(p.choices.begin(), p.choices.end());
  if (p.isStrength) j["strength"] = {{"neutral", tidy(p.neutral)}, {"strongest", tidy(p.strongest)}};
  return j;
}

Json stepSchema(const EffectInfo& e) {
  Json params = Json::object();
  for (const Param& p : e.params) {
    params[p.id] = {{"type", p.choices.empty() ? "number" : "integer"},
                    {"minimum", tidy(p.min)},
                    {"maximum", tidy(p.max)},
                    {"description", p.help}};
  }
  return {
      {"if", {{"properties", {{"effect", {{"const", e.id}}}}}}},
      {"then",
       {{"properties", {{"params", {{"type", "object"}, {"properties", params}, {"additionalProperties", false}}}}}}}};
}

/// "chain[0].params" from valijson's path ["<root>", "[chain]", "[0]", "[params]"].
std::string readablePath(const std::vector<std::string>& context) {
  std::string path;
  for (size_t i = 1; i < context.size(); ++i) {
    const std::string inner = context[i].substr(1, context[i].size() - 2);
    const bool index = !inner.empty() && inner.find_first_not_of("0123456789") == std::string::npos;
    path += index ? "[" + inner + "]" : (path.empty() ? "" : ".") + inner;
  }
  return path.empty() ? "the recipe" : path;
}

/// What would be accepted at `path` ("chain[0].params.floor"), from the Param tables; nothing where the complaint says
/// it.
std::string acceptedAt(const std::string& path, const nlohmann::json& recipe) {
  if (path.ends_with(".effect")) return "; known are: " + effectIds();
  size_t step = 0;
  char id[64] = "";
  if (std::sscanf(path.c_str(), "chain[%zu].params.%63s", &step, id) != 2) return {};
  const EffectInfo* info = findEffect(recipe["chain"][step]["effect"].get<std::string>());
  const int index = info ? findParam(info->params, id) : -1;
  if (index < 0) return {};
  const Param& p = info->params[index];
  return (std::ostringstream() << "; " << (p.choices.empty() ? "a number" : "a whole number") << " from " << p.min
                               << " to " << p.max << (*p.unit ? " " : "") << p.unit << " is accepted")
      .str();
}

/// The first complaint of the schema, or nothing.
std::string checkAgainstSchema(const nlohmann::json& recipe) {
  static const nlohmann::json schemaJson = nlohmann::json::parse(recipeSchema().dump());
  valijson::Schema schema;
  valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(schemaJson), schema);
  valijson::ValidationResults results;
  if (valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(recipe), &results)) return {};
  // The deepest complaint is the nearest to the mistake; the others follow from it.
  valijson::ValidationResults::Error error, deepest;
  while (results.popError(error)) {
    if (error.context.size() > deepest.context.size() || deepest.context.empty()) deepest = error;
  }
  const std::string path = readablePath(deepest.context);
  return path + ": " + deepest.description + acceptedAt(path, recipe);
}

}  // namespace

/// Of the effect alone at 48 kHz, to a tenth; neighbours that share a transform share its latency.
static double latencyMs(const EffectInfo& e) {
  constexpr double kRate = 48000.0;
  Recipe recipe;
  recipe.chain.push_back({e.id, {}, {}});
  auto engine = Engine::create(recipe, {kRate, 1, 128}, models());
  return engine ? std::round(1e4 * (*engine)->latency() / kRate) / 10.0 : 0.0;
}

Json describe() {
  Json list = Json::array();
  for (const EffectInfo& e : effects()) {
    Json params = Json::array();
    for (const Param& p : e.params) params.push_back(describeParam(p));
    list.push_back(
        {{"id", e.id},
         {"label", e.label},
         {"help", e.help},
         {"learns", e.learns == Learns::nothing ? Json() : Json(e.learns == Learns::whole ? "whole" : "stretch")},
         {"live", e.live},
         {"sideChain", e.sideChain},
         {"latencyMs", latencyMs(e)},
         {"model", e.model ? Json(e.model) : Json()},
         {"params", params}});
  }
  return {{"version", Recipe::kVersion}, {"effects", list}};
}

Json recipeSchema() {
  Json ids = Json::array(), cases = Json::array();
  for (const EffectInfo& e : effects()) ids.push_back(e.id), cases.push_back(stepSchema(e));
  const Json step = {{"type", "object"},
                     {"required", {"effect"}},
                     {"additionalProperties", false},
                     {"properties",
                      {{"effect", {{"type", "string"}, {"enum", ids}}},
                       {"params", {{"type", "object"}}},
                       {"learned", {{"type", "array"}, {"items", {{"type", "number"}}}, {"maxItems", 4096}}},
                       {"mix", {{"type", "number"}, {"minimum", 0}, {"maximum", 1}}},
                       {"bypass", {{"type", "boolean"}}}}},
                     {"allOf", cases}};
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "A recipe of Rinse"},
          {"type", "object"},
          {"required", {"version", "chain"}},
          {"additionalProperties", false},
          {"properties",
           {{"version", {{"const", Recipe::kVersion}}},
            {"label", {{"type", "string"}}},
            {"help", {{"type", "string"}}},
            // What a preset is good for: ids of findings of `rinse inspect`.
            {"fits", {{"type", "array"}, {"items", {{"type", "string"}}}}},
            {"lowLatency", {{"type", "boolean"}}},
            {"chain", {{"type", "array"}, {"maxItems", 16}, {"items", step}}}}}};
}

namespace {

/// JSON knows one kind of number: 1.0 is a whole one, as it is in the browser.
void wholeNumbers(nlohmann::json& recipe) {
  if (!recipe.is_object() || !recipe.contains("chain") || !recipe["chain"].is_array()) return;
  for (auto& step : recipe["chain"]) {
    if (!step.is_object() || !step.contains("params") || !step["params"].is_object()) continue;
    for (auto& value : step["params"]) {
      if (value.is_number_float() && std::abs(value.get<double>()) < 1e9 &&
          std::trunc(value.get<double>()) == value.get<double>()) {
        value = static_cast<int64_t>(value.get<double>());
      }
    }
  }
}

}  // namespace

Result<Recipe> parseRecipe(const std::string& text, const std::string& where) {
  nlohmann::json j = nlohmann::json::parse(text, nullptr, false);
  if (j.is_discarded()) return Error{where + ": this is no JSON"};
  if (j.is_object() && j.contains("version") && j["version"] != Recipe::kVersion) {
    const std::string version = j["version"].is_number() ? j["version"].dump() : "no number as its version";
    return Error{where + ": the recipe has version " + version + "; this Rinse reads version 1"};
  }
  wholeNumbers(j);
  if (std::string wrong = checkAgainstSchema(j); !wrong.empty()) return Error{where + ": " + wrong};
  Recipe recipe;
  recipe.lowLatency = j.value("lowLatency", false);
  for (const auto& s : j["chain"]) {
    RecipeStep step;
    step.effect = s["effect"];
    const nlohmann::json params = s.value("params", nlohmann::json::object());
    for (const auto& [id, value] : params.items()) step.params.emplace_back(id, value.get<float>());
    step.learned = s.value("learned", std::vector<float>{});
    step.mix = s.value("mix", 1.0f);
    step.bypass = s.value("bypass", false);
    recipe.chain.push_back(std::move(step));
  }
  return recipe;
}

Json toJson(const Recipe& recipe) {
  Json chain = Json::array();
  for (const RecipeStep& s : recipe.chain) {
    Json step = {{"effect", s.effect}};
    for (const auto& [id, value] : s.params)
      step["params"][id] = std::trunc(value) == value ? Json(static_cast<int64_t>(value)) : Json(tidy(value));
    for (float x : s.learned) step["learned"].push_back(tidy(x));
    if (s.mix != 1.0f) step["mix"] = tidy(s.mix);
    if (s.bypass) step["bypass"] = true;
    chain.push_back(step);
  }
  Json j = {{"version", recipe.version}};
  if (recipe.lowLatency) j["lowLatency"] = true;
  j["chain"] = chain;
  return j;
}

const std::vector<Preset>& presets() {
  static const std::vector<Preset> list = {
#include "presets_embedded.inc"
  };
  return list;
}

Result<Recipe> findPreset(const std::string& id) {
  std::string known;
  for (const Preset& p : presets()) {
    if (id == p.id) return parseRecipe(p.json, "preset " + id);
    known += (known.empty() ? "" : ", ") + std::string(p.id);
  }
  return Error{"there is no preset \"" + id + "\"; known are: " + known};
}

}  // namespace rinse::cli
