// Noise trackers, the learned profile, and what denoise does with them.
#include <gtest/gtest.h>

#include "effects/denoise.h"
#include "engine.h"
#include "metrics/si_sdr.h"
#include "metrics/stoi.h"
#include "noise/imcra.h"
#include "noise/mcra.h"
#include "noise/minimum_statistics.h"
#include "noise/noise_profile.h"
#include "noise/quietest.h"
#include "noise/spp_mmse.h"
#include "noise/vad_average.h"
#include "signals.h"

namespace rinse {
namespace {

using test::Channels;

constexpr int kBins = 256;
constexpr double kHop = 0.01;

/// Periodograms of noise with mean `mean`: exponentially distributed, as those of any Gaussian noise are.
std::vector<float> periodogram(float mean, uint32_t& seed) {
  std::vector<float> p(kBins);
  for (float& v : p) {
    seed = seed * 1664525u + 1013904223u;
    v = std::max(kLeastPower, -mean * std::log((static_cast<float>(seed >> 8) + 1.0f) / 16777217.0f));
  }
  return p;
}

double meanDb(std::span<const float> noise) {
  double sum = 0.0;
  for (float n : noise) sum += n;
  return test::db(sum / static_cast<double>(noise.size()));
}

template <class T>
class Trackers : public testing::Test {
 public:
  T tracker;
  uint32_t seed = 3;
  void feed(float mean, double seconds) {
    for (int i = 0; i < static_cast<int>(seconds / kHop); ++i) tracker.update(periodogram(mean, seed));
  }
  void SetUp() override { tracker.prepare(kBins, kHop); }
};
using All = testing::Types<SppMmse, Imcra, Mcra, MinimumStatistics, VadAverage>;
TYPED_TEST_SUITE(Trackers, All);

TYPED_TEST(Trackers, FindStationaryNoiseWithinTwoDecibels) {
  this->feed(1.0f, 4.0);
  EXPECT_NEAR(meanDb(this->tracker.noise()), 0.0, 2.0);
}

TYPED_TEST(Trackers, FollowARisingFloorWithinThreeSeconds) {
  for (const float step : {10.0f, 100.0f, 1000.0f, 10000.0f}) {
    this->tracker.reset();
    this->feed(1.0f, 3.0);
    this->feed(step, 3.0);
    EXPECT_NEAR(meanDb(this->tracker.noise()), test::db(step), 3.0);
  }
}

TYPED_TEST(Trackers, FollowAFallingFloorWithinTwoSeconds) {
  this->feed(10.0f, 3.0);
  this->feed(1.0f, 2.0);
  EXPECT_NEAR(meanDb(this->tracker.noise()), 0.0, 2.5);
}

TYPED_TEST(Trackers, AreNotMisledBySyllables) {
  this->feed(1.0f, 2.0);
  for (int syllable = 0; syllable < 6; ++syllable) {
    this->feed(1000.0f, 0.15);  // 30 dB above the noise
    this->feed(1.0f, 0.15);
  }
  EXPECT_LT(meanDb(this->tracker.noise()), 6.0);
}

TYPED_TEST(Trackers, StartAtTheEdgeOfASound) {
  this->feed(1e-4f, kHop);  // the first frame holds a few samples of it
  this->feed(1.0f, 3.0);
  EXPECT_NEAR(meanDb(this->tracker.noise()), 0.0, 3.0);
}

TYPED_TEST(Trackers, GoOnFromASeed) {
  this->tracker.seed(std::vector<float>(kBins, 4.0f));
  this->feed(4.0f, 0.1);
  EXPECT_NEAR(meanDb(this->tracker.noise()), 6.0, 2.0);
}

TYPED_TEST(Trackers, NeedNoSilenceAtTheStart) {
  this->feed(1000.0f, 0.3);
  this->feed(1.0f, 2.0);
  EXPECT_NEAR(meanDb(this->tracker.noise()), 0.0, 2.5);
}

TEST(Quietest, KeepsTheMeanOfTheQuietestStretch) {
  Quietest tracker;
  tracker.prepare(kBins, kHop);
  uint32_t seed = 3;
  const auto feed = [&](float mean, double seconds) {
    for (int i = 0; i < static_cast<int>(seconds / kHop); ++i) tracker.update(periodogram(mean, seed));
  };
  feed(100.0f, 1.0);
  EXPECT_NEAR(meanDb(tracker.noise()), 20.0, 1.0);
  feed(1.0f, 1.0);
  EXPECT_NEAR(meanDb(tracker.noise()), 0.0, 1.0);
  feed(1000.0f, 5.0);
  EXPECT_NEAR(meanDb(tracker.noise()), 0.0, 1.0);
}

TEST(NoiseProfile, GivesBackWhatItMeasuredAtAnyRate) {
  const double energy = 480.0;
  std::vector<double> power(481);
  for (int k = 0; k <= 480; ++k) power[k] = 24000.0 * energy * std::pow(10.0, (-60.0 - 0.02 * k) / 10.0);
  const NoiseProfile profile = NoiseProfile::measure(power, 50.0, 48000.0, energy);
  EXPECT_EQ(NoiseProfile::check(profile.densityDb()), "");
  std::vector<float> back(481), narrow(161);
  profile.expand(back, 50.0, 48000.0, energy);
  profile.expand(narrow, 50.0, 16000.0, 160.0);
  for (int k = 1; k < 480; ++k) EXPECT_NEAR(test::db(back[k] / power[k]), 0.0, 0.1) << k;
  for (int k = 1; k < 160; ++k) EXPECT_NEAR(test::db(narrow[k] / (8000.0 * 160.0)), -60.0 - 0.02 * k, 0.1) << k;
}

TEST(NoiseProfile, RefusesWhatIsNone) {
  EXPECT_NE(NoiseProfile::check(std::vector<float>(5, -60.0f)), "");
  EXPECT_NE(NoiseProfile::check(std::vector<float>(NoiseProfile::kPoints, NAN)), "");
  EXPECT_NE(NoiseProfile::check(std::vector<float>(NoiseProfile::kPoints, 1e9f)), "");
}

std::vector<float> denoised(const std::vector<float>& input, std::vector<std::pair<std::string, float>> params = {},
                            std::vector<float> learned = {}) {
  Recipe r;
  r.chain.push_back({"denoise", std::move(params), std::move(learned)});
  auto engine = Engine::create(r, {48000.0, 1, 480});
  EXPECT_TRUE(engine) << engine.error();
  Channels x = {input};
  x[0].resize(input.size() + (*engine)->latency(), 0.0f);
  test::run(**engine, x, {480});
  return {x[0].begin() + (*engine)->latency(), x[0].end()};
}

TEST(Denoise, TurnsStationaryNoiseDownToItsFloor) {
  const std::vector<float> noise = test::whiteNoise(4 * 48000, 0.02f);
  for (const float floorDb : {-12.0f, -18.0f, -30.0f}) {
    const auto out = denoised(noise, {{"floor", floorDb}});
    EXPECT_NEAR(test::db(test::power(out, 96000) / test::power(noise, 96000)), floorDb, 2.5) << floorDb;
  }
}

TEST(Denoise, RaisesSnrOfAVoiceAndKeepsItIntelligible) {
  const int frames = 6 * 48000;
  const auto clean = test::voice(frames, 48000.0), noisy = test::sum(clean, test::whiteNoise(frames, 0.03f));
  const auto out = denoised(noisy);
  EXPECT_GT(siSdr(clean, out), siSdr(clean, noisy) + 4.0);
  EXPECT_GT(intelligibility(clean, out, 48000).stoi, intelligibility(clean, noisy, 48000).stoi - 0.03);
}

TEST(Denoise, LeavesACleanVoiceNearlyAsItIs) {
  const auto clean = test::sum(test::voice(4 * 48000, 48000.0), test::whiteNoise(4 * 48000, 1e-5f));
  EXPECT_GT(siSdr(clean, denoised(clean)), 20.0);
}

TEST(Denoise, KeepsTheOnsetsOfSyllables) {
  const int frames = 6 * 48000;
  const auto clean = test::voice(frames, 48000.0), out = denoised(test::sum(clean, test::whiteNoise(frames, 0.005f)));
  // The first 30 ms of every syllable after a pause, from the third second on.
  double before = 0.0, after = 0.0;
  for (int start = 0; start < frames; start += 36000) {
    if (start < 3 * 48000) continue;
    before += test::power(clean, start, start + 1440);
    after += test::power(out, start, start + 1440);
  }
  EXPECT_NEAR(test::db(after / before), 0.0, 1.5);
}

TEST(Denoise, DoesNotShredMusicAtModerateStrength) {
  const int frames = 6 * 48000;
  std::vector<float> music(frames, 0.0f);
  const double chords[3][3] = {{220.0, 277.2, 329.6}, {196.0, 246.9, 293.7}, {261.6, 329.6, 392.0}};
  for (int i = 0; i < frames; ++i) {
    const double t = i / 48000.0, age = std::fmod(t, 0.5);
    for (double hz : chords[static_cast<int>(t / 0.5) % 3]) {
      for (int h = 1; h <= 6; ++h)
        music[i] += static_cast<float>(0.05 / h * std::exp(-3.0 * age) * std::sin(2.0 * M_PI * hz * h * t));
    }
  }
  const auto noisy = test::sum(music, test::whiteNoise(frames, 0.001f));
  const auto out = denoised(noisy, {{"floor", -9.0f}, {"lowcut", 0.0f}});
  // Chords of constant loudness are what a noise tracker is made to find; at a floor of -9 dB they lose less than 3 dB,
  // evenly.
  EXPECT_GT(test::db(test::power(out, 48000) / test::power(music, 48000)), -3.0);
  EXPECT_GT(siSdr(music, out), 8.0);
}

TEST(Denoise, LowCutTurnsRumbleDownThoughItChanges) {
  const int frames = 4 * 48000;
  std::vector<float> rumble(frames);
  for (int i = 0; i < frames; ++i)
    rumble[i] =
        0.2f * std::sin(2.0 * M_PI * 25.0 * i / 48000.0) * (0.6f + 0.4f * std::sin(2.0 * M_PI * 2.0 * i / 48000.0));
  EXPECT_LT(test::db(test::power(denoised(rumble), 48000) / test::power(rumble, 48000)), -15.0);
}

TEST(Denoise, ALearnedProfileWorksFromTheFirstFrame) {
  const auto noise = test::whiteNoise(2 * 48000, 0.02f, 5);
  Denoise learner;
  Recipe r;
  r.chain.push_back({"denoise", {}, {}});
  auto engine = Engine::create(r, {48000.0, 1, 480});
  ASSERT_TRUE(engine);
  (*engine)->startLearning(0);
  Channels x = {noise};
  test::run(**engine, x, {480});
  ASSERT_EQ((*engine)->finishLearning(0), "");
  const auto profile = (*engine)->learned(0);
  // Other noise of the same kind is down at the floor from the first frame on.
  const auto other = test::whiteNoise(48000, 0.02f, 99);
  const double with = test::power(denoised(other, {}, profile), 0, 9600);
  EXPECT_LT(test::db(with / test::power(other, 0, 9600)), -13.0);
}

TEST(Denoise, LinksTheChannels) {
  const int frames = 2 * 48000;
  const auto quiet = test::whiteNoise(frames, 0.0003f, 2);
  Channels x = {test::sum(test::voice(frames, 48000.0), test::whiteNoise(frames, 0.001f, 1)), quiet};
  Recipe r;
  r.chain.push_back({"denoise", {{"floor", -30.0f}}, {}});
  auto engine = Engine::create(r, {48000.0, 2, 480});
  ASSERT_TRUE(engine);
  test::run(**engine, x, {480});
  // Alone, the right channel's noise would go down to the floor. While the left one speaks it stays with it: one gain
  // for both.
  const auto alone = denoised(quiet, {{"floor", -30.0f}});
  const double speaking = test::db(test::power(x[1], 74000, 82000) / test::power(quiet));
  EXPECT_LT(test::db(test::power(alone, 74000, 82000) / test::power(quiet)), -24.0);
  EXPECT_GT(speaking, -12.0);
}

}  // namespace
}  // namespace rinse
