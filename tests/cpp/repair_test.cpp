// What each repair does to a damage that is known: clicks, clipping, hum, a stretch that something covers.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "engine.h"
#include "metrics/si_sdr.h"
#include "recipes.h"
#include "signals.h"

namespace rinse {
namespace {

constexpr double kRate = 48000.0;

using test::through;
using test::with;

TEST(Declick, FindsPlantedClicksAndWritesThemAnew) {
  const int frames = 10 * 48000;
  const std::vector<float> voice = test::sum(test::voice(frames, kRate), test::whiteNoise(frames, 1e-3f));
  std::vector<float> clicked = voice;
  std::mt19937 random(3);
  std::vector<std::pair<int, int>> planted;
  for (int k = 0; k < 60; ++k) {
    const int at = 4800 + k * 7800 + static_cast<int>(random() % 2000), length = 1 + static_cast<int>(random() % 30);
    for (int i = at; i < at + length; ++i) clicked[i] += 0.3f * (static_cast<float>(random() % 2001) / 1000.0f - 1.0f);
    clicked[at] += 0.3f;
    planted.emplace_back(at, length);
  }
  const auto out = through(with("declick"), clicked);
  int found = 0;
  double before = 0.0, after = 0.0;
  for (const auto& [at, length] : planted) {
    double was = 0.0, is = 0.0;
    for (int i = at; i < at + length; ++i)
      was += std::pow(clicked[i] - voice[i], 2), is += std::pow(out[i] - voice[i], 2);
    found += is < 0.5 * was;
    before += was, after += is;
  }
  EXPECT_GE(found, 57);                       // 95 %
  EXPECT_GT(test::db(before / after), 15.0);  // of a voice whose twenty harmonics are more than the model holds
}

TEST(Declick, LeavesEverythingElseBitForBit) {
  const std::vector<float> voice = test::sum(test::voice(5 * 48000, kRate), test::whiteNoise(5 * 48000, 1e-3f));
  const auto out = through(with("declick"), voice);
  int changed = 0;
  for (size_t i = 0; i < voice.size(); ++i) changed += out[i] != voice[i];
  EXPECT_LT(changed, 5 * 20);  // a click's worth a second at most
}

/// By how many dB the error falls, where each side was cut at a level of its own.
double declipped(const std::vector<float>& whole, float low, float high) {
  std::vector<float> cut = whole;
  for (float& v : cut) v = std::clamp(v, low, high);
  auto engine = Engine::create(with("declip"), {kRate, 1, 480});
  test::Channels heard = {cut};
  EXPECT_EQ((*engine)->startLearning(0), "");
  test::run(**engine, heard, {480});
  EXPECT_EQ((*engine)->finishLearning(0), "");
  const auto levels = (*engine)->learned(0);
  EXPECT_NEAR(levels.at(0), high, 1e-3f);
  EXPECT_NEAR(levels.at(1), -low, 1e-3f);
  const auto out = through(with("declip", {}, levels), cut);
  double before = 0.0, after = 0.0;
  int changed = 0, below = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    before += std::pow(cut[i] - whole[i], 2), after += std::pow(out[i] - whole[i], 2);
    changed += cut[i] < 0.99f * high && cut[i] > 0.99f * low && out[i] != cut[i];
    below += (cut[i] == high && out[i] < high) || (cut[i] == low && out[i] > low);
  }
  EXPECT_EQ(changed, 0);  // what was whole stays, bit for bit
  EXPECT_EQ(below, 0);    // what was cut lies beyond
  return test::db(before / after);
}

TEST(Declip, WritesCutPeaksOfAChordAnew) {
  std::vector<float> chord = test::whiteNoise(3 * 48000, 1e-4f);
  for (const double hz : {220.0, 277.2, 329.6, 554.4, 880.0})
    chord = test::sum(chord, test::sine(3 * 48000, hz, kRate, 0.1f));
  EXPECT_GT(declipped(chord, -0.2f, 0.25f), 15.0);
}

TEST(Declip, MakesNothingWorseWhereNothingIsSparse) {
  // A gliding sawtooth: its tips are what was cut, and nothing says how high they were.
  EXPECT_GT(declipped(test::sum(test::voice(3 * 48000, kRate), test::whiteNoise(3 * 48000, 1e-3f)), -0.14f, 0.17f),
            -1.0);
}

TEST(Declip, LeavesASoundThatIsNotClippedBitForBit) {
  const std::vector<float> voice = test::voice(2 * 48000, kRate);
  EXPECT_EQ(through(with("declip", {}, {0.0f, 0.0f}), voice), voice);
}

std::vector<float> hum(int frames, double hz, double drift, float rms) {
  std::vector<float> x(frames);
  double phase = 0.0, energy = 0.0;
  for (int i = 0; i < frames; ++i) {
    phase += 2.0 * M_PI * (hz + drift * std::sin(2.0 * M_PI * i / (20.0 * kRate))) / kRate;
    for (int h = 1; h <= 10; ++h) x[i] += static_cast<float>(std::sin(h * phase + h) / h);
    energy += x[i] * x[i];
  }
  return test::scaled(x, static_cast<float>(rms / std::sqrt(energy / frames)));
}

double humLeft(const std::vector<float>& hummed, const Recipe& recipe) {
  const size_t from = 4 * 48000;  // it has been found
  return test::db(test::power(through(recipe, hummed), from) / test::power(hummed, from));
}

TEST(Dehum, TakesSteadyHumOfEitherMainsAwayWithoutBeingTold) {
  for (const double hz : {50.0, 60.0}) EXPECT_LT(humLeft(hum(10 * 48000, hz, 0.0, 0.03f), with("dehum")), -40.0) << hz;
}

TEST(Dehum, FollowsHumThatDrifts) { EXPECT_LT(humLeft(hum(20 * 48000, 50.0, 0.3, 0.03f), with("dehum")), -20.0); }

TEST(Dehum, TakesAnyFundamentalThatItLearnedOrWasTold) {
  const auto buzz = hum(10 * 48000, 137.0, 0.0, 0.03f);
  EXPECT_LT(humLeft(buzz, with("dehum", {{"base", 137.0f}})), -40.0);
  auto engine = Engine::create(with("dehum"), {kRate, 1, 480});
  test::Channels x = {buzz};
  ASSERT_EQ((*engine)->startLearning(0), "");
  test::run(**engine, x, {480});
  ASSERT_EQ((*engine)->finishLearning(0), "");
  ASSERT_EQ((*engine)->learned(0).size(), 1u);
  EXPECT_NEAR((*engine)->learned(0)[0], 137.0f, 0.1f);
  EXPECT_LT(humLeft(buzz, with("dehum", {}, (*engine)->learned(0))), -40.0);
}

TEST(Dehum, SparesAVoiceAndABassNoteBesideTheHum) {
  const int frames = 10 * 48000;
  const auto voice = test::voice(frames, kRate);
  // This voice's pitch swings around twice the mains frequency: the worst case.
  EXPECT_GT(siSdr(voice, through(with("dehum"), voice)), 18.0);
  // E1 at 41.2 Hz and A1 at 55 Hz, plucked every second.
  std::vector<float> bass(frames);
  for (int i = 0; i < frames; ++i) {
    const double t = std::fmod(i / kRate, 1.0), hz = (i / 48000) % 2 ? 55.0 : 41.2;
    bass[i] = static_cast<float>(0.3 * std::exp(-2.0 * t) * std::sin(2.0 * M_PI * hz * t));
  }
  const auto hummed = test::sum(bass, hum(frames, 50.0, 0.0, 0.02f));
  const auto out = through(with("dehum"), hummed);
  EXPECT_NEAR(test::db(test::power(out, 4 * 48000) / test::power(bass, 4 * 48000)), 0.0, 1.0);
}

TEST(SpectralRepair, FillsATelephoneUnderAChordFromBothSides) {
  const int frames = 6 * 48000;
  auto chord = test::sine(frames, 440.0, kRate, 0.2f);
  for (const double hz : {554.4, 659.3, 1000.0}) chord = test::sum(chord, test::sine(frames, hz, kRate, 0.1f));
  chord = test::sum(chord, test::whiteNoise(frames, 0.003f));
  auto damaged = chord;
  const auto ring = test::whiteNoise(24000, 0.3f, 5);
  std::transform(ring.begin(), ring.end(), damaged.begin() + 120000, damaged.begin() + 120000, std::plus<>());
  const auto out = through(with("spectral-repair", {{"start", 2.5f}, {"length", 0.5f}}), damaged);
  double before = 0.0, after = 0.0;
  for (int i = 120000; i < 144000; ++i)
    before += std::pow(damaged[i] - chord[i], 2), after += std::pow(out[i] - chord[i], 2);
  EXPECT_GT(test::db(before / after), 20.0);
  for (int i = 0; i < 115000; ++i) ASSERT_EQ(out[i], damaged[i]) << i;  // a frame beside it
  for (int i = 150000; i < frames; ++i) ASSERT_EQ(out[i], damaged[i]) << i;
}

TEST(SpectralRepair, LeavesOtherFrequenciesAlone) {
  const int frames = 5 * 48000;
  const auto low = test::sine(frames, 300.0, kRate, 0.3f);
  auto x = low;
  for (int i = 96000; i < 120000; ++i) x[i] += 0.3f * static_cast<float>(std::sin(2.0 * M_PI * 3000.0 * i / kRate));
  const auto out = through(with("spectral-repair", {{"start", 2.0f}, {"length", 0.5f}, {"low", 1500.0f}}), x);
  const std::vector<float> repaired(out.begin() + 100000, out.begin() + 116000),
      wanted(low.begin() + 100000, low.begin() + 116000);
  EXPECT_GT(siSdr(wanted, repaired), 30.0);
}

}  // namespace
}  // namespace rinse
