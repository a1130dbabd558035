// PESQ: the ends of its scale, what it does not mind, and that it stays inside its signals. How near it comes to the
// reference implementation on real speech is what `npm run quality` prints.
#include "metrics/pesq.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "signals.h"

namespace rinse {
namespace {

using Samples = std::vector<float>;

constexpr int kRate = 16000;
const Samples kVoice = test::voice(4 * kRate, kRate);

Samples noisy(float rms, uint32_t seed = 1) {
  return test::sum(kVoice, test::whiteNoise(static_cast<int>(kVoice.size()), rms, seed));
}

using test::delayed;
using test::scaled;

// The largest value that P.862.2 and P.862.1 can map to: raw score 4.5.
TEST(Pesq, OfTheSameSignalIsTheTopOfTheScale) {
  const double narrow = narrowBandPesq(kVoice, kVoice);
  EXPECT_NEAR(narrow, 4.5, 1e-6);
  EXPECT_NEAR(narrowBandOpinion(narrow), 4.5486, 1e-3);
  EXPECT_NEAR(wideBandPesq(kVoice, kVoice), 4.6439, 1e-3);
}

TEST(Pesq, FallsWithNoise) {
  double last = 5.0;
  for (const float rms : {0.00003f, 0.0001f, 0.001f, 0.01f}) {
    const double now = wideBandPesq(kVoice, noisy(rms));
    EXPECT_LT(now, last);
    last = now;
  }
}

TEST(Pesq, DoesNotMindLevelOrDelay) {
  const double as_is = wideBandPesq(kVoice, noisy(0.01f));
  EXPECT_NEAR(wideBandPesq(kVoice, scaled(noisy(0.01f), 0.25f)), as_is, 0.01);
  EXPECT_NEAR(wideBandPesq(kVoice, delayed(noisy(0.01f), 777)), as_is, 0.05);
}

/// Speech with its pauses long enough to be utterances of their own: 700 ms of voice, 700 ms of silence.
Samples utterances(int count) {
  Samples x;
  for (int u = 0; u < count; ++u) {
    const Samples one = test::whiteNoise(7 * kRate / 10, 0.2f, 11 + u);
    Samples shaped(one.size());
    for (size_t i = 1; i < one.size(); ++i) shaped[i] = one[i] + 0.95f * shaped[i - 1];
    x.insert(x.end(), shaped.begin(), shaped.end());
    x.resize(x.size() + 7 * kRate / 10, 0.0f);
  }
  return x;
}

TEST(Pesq, FollowsADelayThatChangesInAPause) {
  const Samples x = utterances(4);
  Samples y = x;
  const int pause = 2 * (14 * kRate / 10) - 3500;  // within the second pause: from here on 50 ms later
  y.insert(y.begin() + pause, 800, 0.0f);
  y.resize(x.size());
  EXPECT_GT(wideBandPesq(x, y), 4.3);
}

TEST(Pesq, HearsADelayThatComesAndGoesWithinAnUtteranceAsDamage) {
  Samples y = kVoice;
  for (size_t i = kRate; i + kRate / 4 < y.size(); i += kRate / 2)
    std::rotate(y.begin() + i, y.begin() + i + 900, y.begin() + i + kRate / 4);
  EXPECT_LT(wideBandPesq(kVoice, y), 3.5);
}

// Bursts, pauses and jumps at random: what the sanitizers are for.
TEST(Pesq, StaysInsideItsSignalsWhateverTheyAre) {
  uint32_t seed = 1;
  const auto next = [&](uint32_t below) {
    return (seed = seed * 1664525u + 1013904223u) >> 8 & 0xffff ? (seed >> 8) % below : 0u;
  };
  for (int round = 0; round < 40; ++round) {
    const auto bursts = [&](uint32_t length) {
      Samples x(length, 0.0f);
      for (uint32_t b = 0; b < 1 + next(6); ++b) {
        const Samples burst = test::whiteNoise(static_cast<int>(1 + next(length)), 0.3f, next(999));
        const uint32_t at = next(length);
        for (size_t i = 0; i < burst.size() && at + i < x.size(); ++i) x[at + i] += burst[i];
      }
      return x;
    };
    const Samples x = bursts(kRate / 4 + next(4 * kRate)),
                  y = round % 2 ? bursts(kRate / 4 + next(4 * kRate))
                                : delayed(x, static_cast<int>(next(2 * kRate)) - kRate);
    const double wide = wideBandPesq(x, y), narrow = narrowBandPesq(x, y);
    if (std::isnan(wide) || std::isnan(narrow)) continue;
    EXPECT_GT(wide, 0.9);
    EXPECT_LT(wide, 4.65);
    EXPECT_EQ(wide, wideBandPesq(x, y));
    EXPECT_EQ(narrow, narrowBandPesq(x, y));
  }
}

TEST(Pesq, IsNotDefinedForSilenceOrAMoment) {
  EXPECT_TRUE(std::isnan(wideBandPesq(Samples(kRate, 0.0f), kVoice)));
  EXPECT_TRUE(std::isnan(wideBandPesq(kVoice, Samples(kRate, 0.0f))));
  EXPECT_TRUE(std::isnan(wideBandPesq(Samples(100, 0.1f), Samples(100, 0.1f))));
}

}  // namespace
}  // namespace rinse
