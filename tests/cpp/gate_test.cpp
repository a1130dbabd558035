// Gates: when they open and shut, and what they listen to.
#include <gtest/gtest.h>

#include <cmath>

#include "blocks/decibel.h"
#include "recipes.h"

namespace rinse {
namespace {

constexpr double kRate = 48000.0;

using test::Params;
using test::through;
using test::with;

TEST(Gate, ShutsBetweenSoundsAndOpensBeforeTheirAttack) {
  // Noise at -60 dB, and a burst at -20 dB in every second.
  std::vector<float> x = test::whiteNoise(4 * 48000, 0.001f);
  const auto loud = test::whiteNoise(4 * 48000, 0.1f, 5);
  for (size_t i = 0; i < x.size(); ++i) {
    if (i % 48000 >= 24000 && i % 48000 < 33600) x[i] += loud[i];
  }
  const auto out = through(with("gate", {{"range", -40.0f}, {"threshold", -35.0f}}), x);
  EXPECT_NEAR(test::db(test::power(out, 48000 + 10000, 48000 + 20000) / test::power(x, 48000 + 10000, 48000 + 20000)),
              -40.0, 0.5);
  // From its first sample on the burst is there: the look-ahead covers the attack.
  EXPECT_NEAR(test::db(test::power(out, 48000 + 24000, 48000 + 24100) / test::power(x, 48000 + 24000, 48000 + 24100)),
              0.0, 0.1);
  EXPECT_NEAR(test::db(test::power(out, 48000 + 24000, 48000 + 33600) / test::power(x, 48000 + 24000, 48000 + 33600)),
              0.0, 0.1);
}

TEST(Gate, ListensOnlyToWhatItsKeyFiltersLeave) {
  const auto rumble = test::sine(96000, 60.0, kRate, 0.3f);
  const Params deaf = {{"range", -60.0f}, {"threshold", -30.0f}, {"keylowcut", 2000.0f}};
  EXPECT_LT(test::db(test::power(through(with("gate", deaf), rumble), 48000) / test::power(rumble, 48000)), -55.0);
  EXPECT_NEAR(
      test::db(test::power(through(with("gate", {{"threshold", -30.0f}}), rumble), 48000) / test::power(rumble, 48000)),
      0.0, 0.1);
}

TEST(Gate, LagsByNothingWithLowLatency) {
  Recipe r = with("gate");
  r.lowLatency = true;
  EXPECT_EQ((*Engine::create(r, {kRate, 1, 128}))->latency(), 0);
}

TEST(Gate, FollowsTheChannelThatItIsToldTo) {
  const auto music = test::whiteNoise(96000, 0.01f, 4);
  auto trigger = test::sine(96000, 200.0, kRate, 0.5f);
  std::fill(trigger.begin() + 48000, trigger.end(), 0.0f);
  auto engine = Engine::create(with("gate", {{"keychannel", 2.0f}, {"range", -60.0f}}), {kRate, 2, 480});
  test::Channels x = {music, trigger};
  test::run(**engine, x, {480});
  const std::vector<float> open(x[0].begin() + 9600, x[0].begin() + 43200), shut(x[0].begin() + 76800, x[0].end());
  EXPECT_NEAR(test::db(test::power(open) / test::power(music)), 0.0, 0.3);
  EXPECT_LT(test::db(test::power(shut) / test::power(music)), -50.0);
}

TEST(AutoGate, FindsTheGapBetweenHitsAndBleed) {
  // Hits of -6 to -18 dB, bleed of -40 to -46 dB between them, each dying away.
  const int frames = 20 * 48000;
  std::vector<float> x(frames, 0.0f);
  const auto noise = test::whiteNoise(4800, 0.5f, 9);
  for (int k = 0; k < 78; ++k) {
    const float peak =
        gainFromDb(k % 2 ? -40.0f - static_cast<float>(k % 7) : -6.0f - static_cast<float>(k % 5) * 3.0f);
    for (int i = 0; i < 4800; ++i) x[k * 12000 + i] += peak * noise[i] * std::exp(-i / 1000.0f);
  }
  auto engine = Engine::create(with("auto-gate"), {kRate, 1, 480});
  test::Channels heard = {x};
  EXPECT_EQ((*engine)->startLearning(0), "");
  test::run(**engine, heard, {480});
  ASSERT_EQ((*engine)->finishLearning(0), "");
  const auto learned = (*engine)->learned(0);
  EXPECT_GT(learned[0], -40.0f);
  EXPECT_LT(learned[0], -18.0f);
  EXPECT_GT(learned[2], 20.0f);
  heard = {std::vector<float>(48000, 0.0f)};
  EXPECT_EQ((*engine)->startLearning(0), "");
  test::run(**engine, heard, {480});
  EXPECT_NE((*engine)->finishLearning(0).find("eight hits"), std::string::npos);
}

}  // namespace
}  // namespace rinse
