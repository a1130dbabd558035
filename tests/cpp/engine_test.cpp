// The engine: what it refuses, and that a recipe that does nothing does nothing.
#include "engine.h"

#include <gtest/gtest.h>

#include "cli/weights_file.h"
#include "effects/registry.h"
#include "signals.h"

namespace rinse {
namespace {

std::string refusal(const Recipe& r, const Spec& spec = {48000.0, 1, 128}) {
  auto made = Engine::create(r, spec, cli::models());
  return made ? "" : made.error();
}

Recipe recipeOf(RecipeStep step) {
  Recipe r;
  r.chain.push_back(std::move(step));
  return r;
}

TEST(Engine, ARecipeThatDoesNothingGivesTheSamplesBackUnchanged) {
  auto engine = Engine::create(Recipe{}, {44100.0, 2, 256});
  ASSERT_TRUE(engine);
  EXPECT_EQ((*engine)->latency(), 0);
  const test::Channels input(2, test::whiteNoise(10000, 0.7f));
  test::Channels x = input;
  test::run(**engine, x, {256, 17});
  EXPECT_EQ(x, input);
}

TEST(Engine, SaysWhatIsWrongWithARecipe) {
  EXPECT_NE(refusal(recipeOf({"denoize", {}, {}}))
                .find("chain[0]: there is no effect \"denoize\"; known are: " + effectIds()),
            std::string::npos);
  EXPECT_NE(refusal(recipeOf({"denoise", {{"flor", -3.0f}}, {}})).find("no parameter \"flor\""), std::string::npos);
  EXPECT_NE(refusal(recipeOf({"denoise", {{"floor", 3.0f}}, {}})).find("floor is 3; -40 to 0 dB are accepted"),
            std::string::npos);
  EXPECT_NE(refusal(recipeOf({"denoise", {}, {1.0f, 2.0f}})).find("128 values, this one has 2"), std::string::npos);
  EXPECT_NE(refusal(recipeOf({"denoise", {}, {}, 2.0f})).find("mix is 2"), std::string::npos);
  Recipe newer;
  newer.version = 2;
  EXPECT_NE(refusal(newer).find("version 2; this Rinse reads version 1"), std::string::npos);
}

TEST(Engine, SaysWhatIsWrongWithTheAudio) {
  for (const double rate : {0.0, -48000.0, 7999.0, 192001.0, 1e12, static_cast<double>(NAN)}) {
    EXPECT_NE(refusal({}, {rate, 1, 128}).find("8000 to 192000 Hz are accepted"), std::string::npos) << rate;
  }
  EXPECT_NE(refusal({}, {48000.0, 0, 128}).find("1 to 8 are accepted"), std::string::npos);
  EXPECT_NE(refusal({}, {48000.0, 9, 128}).find("1 to 8 are accepted"), std::string::npos);
  EXPECT_NE(refusal({}, {48000.0, 1, 0}).find("1 to 65536 are accepted"), std::string::npos);
}

TEST(Engine, TakesAChainOfFortyEffects) {
  Recipe r;
  for (size_t i = 0; r.chain.size() < 40; ++i) {
    const EffectInfo& e = effects()[i % effects().size()];
    if (e.live) r.chain.push_back({e.id, {}, {}});
  }
  auto engine = Engine::create(r, {48000.0, 2, 480}, cli::models());
  ASSERT_TRUE(engine) << engine.error();
  EXPECT_EQ((*engine)->steps(), 40);
  const auto voice = test::sum(test::voice(48000, 48000.0), test::whiteNoise(48000, 0.01f));
  test::Channels x = {voice, voice};
  test::run(**engine, x, {480});
  for (const float v : x[0]) ASSERT_TRUE(std::isfinite(v));
}

TEST(Engine, CountsAndReplacesWhatAreNoNumbers) {
  auto engine = Engine::create(Recipe{}, {48000.0, 1, 8});
  ASSERT_TRUE(engine);
  test::Channels x = {{0.5f, NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0.25f, -1.0f}};
  test::run(**engine, x, {8});
  EXPECT_EQ(x[0], (std::vector<float>{0.5f, 0.0f, 0.0f, 0.0f, 1e6f, -1e6f, 0.25f, -1.0f}));
  EXPECT_EQ((*engine)->badSamples(), 5);
}

TEST(Engine, MetersTheLevels) {
  auto engine = Engine::create(Recipe{}, {48000.0, 1, 480});
  ASSERT_TRUE(engine);
  test::Channels x = {test::sine(480, 1000.0, 48000.0, 0.5f)};
  test::run(**engine, x, {480});
  EXPECT_NEAR((*engine)->inputDb(), -9.03f, 0.01f);
  EXPECT_NEAR((*engine)->outputDb(), -9.03f, 0.01f);
}

}  // namespace
}  // namespace rinse
