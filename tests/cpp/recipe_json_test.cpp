// Recipes as JSON, what is said of those that are wrong, and the presets.
#include "cli/recipe_json.h"

#include <gtest/gtest.h>

#include "effects/registry.h"

namespace rinse::cli {
namespace {

std::string jsonRefusal(const std::string& text) {
  auto recipe = parseRecipe(text, "test");
  return recipe ? "" : recipe.error();
}

TEST(RecipeJson, SaysWhatIsWrongAndWhere) {
  EXPECT_NE(jsonRefusal("{"), "");
  EXPECT_NE(jsonRefusal("[]"), "");
  EXPECT_NE(jsonRefusal(R"({"version":1})").find("chain"), std::string::npos);
  EXPECT_NE(jsonRefusal(R"({"version":9,"chain":[]})").find("version 9"), std::string::npos);
  EXPECT_NE(jsonRefusal(R"({"version":1,"chain":[{"effect":"nope"}]})").find("chain[0].effect"), std::string::npos);
  EXPECT_NE(jsonRefusal(R"({"version":1,"chain":[{"effect":"denoise","params":{"flor":1}}]})").find("flor"),
            std::string::npos);
  EXPECT_NE(jsonRefusal(R"({"version":1,"chain":[{"effect":"denoise","params":{"floor":-99}}]})")
                .find("chain[0].params.floor"),
            std::string::npos);
  EXPECT_NE(jsonRefusal(R"({"version":1,"chain":[{"effect":"denoise","params":{"floor":"x"}}]})")
                .find("chain[0].params.floor"),
            std::string::npos);
}

TEST(RecipeJson, SaysWhatIsAccepted) {
  EXPECT_NE(jsonRefusal(R"({"version":1,"chain":[{"effect":"nope"}]})").find("known are: " + effectIds()),
            std::string::npos);
  EXPECT_NE(jsonRefusal(R"({"version":1,"chain":[{"effect":"denoise","params":{"floor":"x"}}]})")
                .find("from -40 to 0 dB is accepted"),
            std::string::npos);
  EXPECT_NE(jsonRefusal(R"({"version":1,"chain":[{"effect":"denoise","params":{"tracker":0.5}}]})")
                .find("a whole number from 0 to 5"),
            std::string::npos);
  EXPECT_EQ(jsonRefusal(R"({"version":1,"chain":[{"effect":"denoise","params":{"tracker":1.0}}]})"), "");
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  EXPECT_LT(jsonRefusal("{\"version\":" + deep + ",\"chain\":[]}").size(), 200u);
}

TEST(RecipeJson, WhatIsWrittenReadsBackTheSame) {
  Recipe r;
  r.lowLatency = true;
  r.chain.push_back(
      {"denoise", {{"floor", -12.5f}, {"tracker", 1.0f}}, std::vector<float>(128, -70.123456f), 0.5f, true});
  auto back = parseRecipe(toJson(r).dump(), "test");
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(toJson(*back), toJson(r));
  EXPECT_EQ(back->chain[0].learned, r.chain[0].learned);
}

TEST(Presets, AreAllGoodRecipesAndMeetingVoiceIsAmongThem) {
  bool found = false;
  for (const Preset& p : presets()) {
    auto recipe = findPreset(p.id);
    EXPECT_TRUE(recipe) << recipe.error();
    found = found || std::string(p.id) == "meeting-voice";
  }
  EXPECT_TRUE(found);
  EXPECT_FALSE(findPreset("nope"));
}

}  // namespace
}  // namespace rinse::cli
