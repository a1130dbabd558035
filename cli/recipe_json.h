// Recipes as JSON: read, checked against the one schema, written. And what is generated from the Param tables.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "recipe.h"

namespace rinse::cli {

/// Effects and parameters as `rinse describe` prints them.
nlohmann::ordered_json describe();
/// The JSON schema (draft 7) of a recipe.
nlohmann::ordered_json recipeSchema();

/// `where` names the text in errors (a file, a preset).
Result<Recipe> parseRecipe(const std::string& text, const std::string& where);
nlohmann::ordered_json toJson(const Recipe&);

struct Preset {
  const char* id;
  const char* json;
};
const std::vector<Preset>& presets();
Result<Recipe> findPreset(const std::string& id);

}  // namespace rinse::cli
