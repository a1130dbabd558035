// What is done to a voice besides noise: equalizer, sibilants, pops, wind, breaths, loudness; and the detector.
#include <gtest/gtest.h>

#include <cmath>

#include "engine.h"
#include "metrics/loudness.h"
#include "metrics/si_sdr.h"
#include "metrics/true_peak.h"
#include "recipes.h"
#include "signals.h"

namespace rinse {
namespace {

constexpr double kRate = 48000.0;

using test::Params;
using test::through;
using test::with;

/// The level of a tone after the equalizer, dB.
double responseAt(double hz, const Params& params) {
  const auto tone = test::sine(48000, hz, kRate, 0.1f);
  return test::db(test::power(through(with("eq", params), tone), 24000) / test::power(tone, 24000));
}

TEST(Eq, DoesWhatTheCookbookSays) {
  EXPECT_NEAR(responseAt(1000.0, {}), 0.0, 1e-6);
  EXPECT_NEAR(responseAt(100.0, {{"lowcut", 100.0f}}), -3.0, 0.1);
  EXPECT_NEAR(responseAt(25.0, {{"lowcut", 100.0f}}), -24.1, 0.5);  // two octaves of 12 dB
  EXPECT_NEAR(responseAt(400.0, {{"bellgain", -12.0f}}), -12.0, 0.1);
  EXPECT_NEAR(responseAt(6000.0, {{"bellgain", -12.0f}}), 0.0, 0.5);
  EXPECT_NEAR(responseAt(40.0, {{"lowgain", 6.0f}, {"lowhz", 400.0f}}), 6.0, 0.2);
  EXPECT_NEAR(responseAt(16000.0, {{"highgain", 6.0f}, {"highhz", 2000.0f}}), 6.0, 0.2);
  EXPECT_NEAR(responseAt(5000.0, {{"highcut", 5000.0f}}), -3.0, 0.1);
}

TEST(Deess, TurnsSibilantsDownAndLeavesVowelsAlone) {
  const int frames = 96000;
  const auto hiss = test::whiteNoise(frames, 0.2f);
  Recipe high = with("eq", {{"lowcut", 1000.0f}});
  for (int k = 0; k < 2; ++k) high.chain.push_back(high.chain[0]);
  std::vector<float> s = through(high, hiss);
  const auto vowel = test::voice(frames, kRate);
  EXPECT_LT(test::db(test::power(through(with("deess"), s), 24000) / test::power(s, 24000)), -4.0);
  EXPECT_NEAR(test::db(test::power(through(with("deess"), vowel), 24000) / test::power(vowel, 24000)), 0.0, 0.2);
}

TEST(Deplosive, TakesAPopAndLeavesTheVoice) {
  const int frames = 3 * 48000;
  const auto voice = test::voice(frames, kRate);
  std::vector<float> popped = voice, pop(frames, 0.0f);
  for (int i = 0; i < 4800; ++i)  // a burst at 40 Hz, a tenth of a second
    pop[72000 + i] = static_cast<float>(0.8 * std::sin(M_PI * i / 4800.0) * std::sin(2.0 * M_PI * 40.0 * i / kRate));
  popped = test::sum(voice, pop);
  const auto out = through(with("deplosive"), popped), clean = through(with("deplosive"), voice);
  double before = 0.0, after = 0.0;
  for (int i = 72000; i < 76800; ++i)
    before += std::pow(popped[i] - voice[i], 2), after += std::pow(out[i] - voice[i], 2);
  EXPECT_LT(test::db(after / before), -6.0);
  EXPECT_GT(siSdr(voice, clean), 20.0);
}

TEST(Dewind, TakesGustsAndLeavesTheVoice) {
  const int frames = 10 * 48000;
  const auto voice = test::voice(frames, kRate);
  // Wind: noise that falls with the cube of frequency in power, in gusts.
  auto wind = test::whiteNoise(frames, 1.0f, 7);
  float a = 0.0f, b = 0.0f, gust = 0.0f;
  for (int i = 0; i < frames; ++i) {
    a += 0.004f * (wind[i] - a), b += 0.004f * (a - b);
    gust += 1e-4f * ((i / 12000 * 7919 % 5 < 2 ? 1.0f : 0.05f) - gust);
    wind[i] = 10.0f * gust * b;
  }
  const auto windy = test::sum(voice, wind);
  EXPECT_GT(siSdr(voice, through(with("dewind"), windy)), siSdr(voice, windy) + 5.0);
  EXPECT_LT(test::db(test::power(through(with("dewind"), wind)) / test::power(wind)), -12.0);
  EXPECT_GT(siSdr(voice, through(with("dewind"), voice)), 20.0);
}

TEST(Debreath, TurnsBreathsDownAndLeavesWordsHissesAndPausesAlone) {
  // Words of a second with pauses of a second; a breath in each second pause, an s of 0.1 s in the others.
  const int frames = 16 * 48000;
  auto x = test::voice(frames, kRate);
  const auto noise = test::whiteNoise(frames, 0.02f, 3);
  std::vector<float> breath(frames, 0.0f), hiss(frames, 0.0f);
  float low = 0.0f, last = 0.0f;
  for (int i = 0; i < frames; ++i) {
    const double t = i / kRate, within = std::fmod(t, 2.0);
    low += 0.25f * (noise[i] - low);
    if (within > 1.0) x[i] = 0.0f;
    if (within > 1.3 && within < 1.7 && std::fmod(t, 4.0) < 2.0) breath[i] = 0.7f * low;
    if (within > 1.5 && within < 1.6 && std::fmod(t, 4.0) > 2.0) hiss[i] = 2.0f * (noise[i] - last);
    last = noise[i];
  }
  const auto all = test::sum(test::sum(x, test::whiteNoise(frames, 1e-4f)), test::sum(breath, hiss));
  const auto out = through(with("debreath"), all);
  const auto level = [&](const std::vector<float>& y, double from, double to) {
    const std::vector<float> part(y.begin() + static_cast<int>(from * kRate), y.begin() + static_cast<int>(to * kRate));
    return test::db(test::power(part));
  };
  for (const double at : {4.0, 8.0, 12.0}) {
    EXPECT_LT(level(out, at + 1.35, at + 1.65) - level(all, at + 1.35, at + 1.65), -15.0) << at;
    EXPECT_NEAR(level(out, at, at + 1.0) - level(all, at, at + 1.0), 0.0, 0.05) << at;
    EXPECT_NEAR(level(out, at + 3.5, at + 3.6) - level(all, at + 3.5, at + 3.6), 0.0, 0.05) << at;
  }
}

TEST(Loudness, BringsAFileToItsTargetAndHoldsTruePeaks) {
  const int frames = 12 * 48000;
  std::vector<float> x = test::scaled(test::voice(frames, kRate), 0.3f);
  for (int i = 0; i < 30; ++i) x[200000 + i] += 0.5f;  // something that would be far above
  for (const float target : {-23.0f, -16.0f}) {
    auto engine = Engine::create(with("loudness"), {kRate, 1, 480});
    test::Channels heard = {x};
    ASSERT_EQ((*engine)->startLearning(0), "");
    test::run(**engine, heard, {480});
    ASSERT_EQ((*engine)->finishLearning(0), "");
    auto out = through(with("loudness", {{"target", target}}, (*engine)->learned(0)), x);
    LoudnessMeter meter(kRate, 1);
    meter.add({{out.data()}, 1, frames});
    EXPECT_NEAR(meter.result().integratedLufs, target, 0.3);
    TruePeak peak;
    peak.add(out);
    EXPECT_LT(20.0 * std::log10(peak.peak()), -0.9);
  }
}

TEST(Loudness, FollowsWhatItHearsLive) {
  const int frames = 20 * 48000;
  const auto soft = test::scaled(test::sum(test::voice(frames, kRate), test::whiteNoise(frames, 1e-4f)), 0.3f);
  auto out = through(with("loudness", {{"listens", 0.0f}, {"target", -20.0f}}), soft);
  LoudnessMeter meter(kRate, 1);
  meter.add({{out.data() + 10 * 48000}, 1, 10 * 48000});
  EXPECT_NEAR(meter.result().integratedLufs, -20.0, 2.5);
}

TEST(VoiceDetector, HearsNobodyInNoiseAndSilence) {
  for (const auto& x : {test::whiteNoise(4 * 48000, 0.05f), std::vector<float>(4 * 48000, 0.0f)}) {
    auto engine = Engine::create(with("voice"), {kRate, 1, 480});
    test::Channels c = {x};
    int spoken = 0;
    for (int at = 0; at + 480 <= 4 * 48000; at += 480) {
      (*engine)->process(test::blockOf(c, at, 480));
      spoken += (*engine)->speechPresence().value() > 0.0f;
    }
    EXPECT_LT(spoken, 4);
    EXPECT_EQ(c[0], x);  // it only listens
  }
}

}  // namespace
}  // namespace rinse
