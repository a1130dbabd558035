// A snare that is made here, hard and soft, and a cymbal's wash: what the drum effects keep and what they take.
#include <gtest/gtest.h>

#include <cmath>

#include "blocks/decibel.h"
#include "recipes.h"
#include "signals.h"

namespace rinse {
namespace {

constexpr int kRate = 48000, kBeat = 36000, kBeats = 10;

/// Hits on every beat, every other one 15 dB softer: a shell at 230 and 400 Hz, wires as noise.
std::vector<float> snare() {
  std::vector<float> x(kBeats * kBeat, 0.0f);
  const auto wires = test::whiteNoise(kBeat, 0.25f, 3);
  for (int beat = 0; beat < kBeats; ++beat) {
    const float gain = gainFromDb(beat % 2 ? -15.0f : 0.0f);
    for (int i = 0; i < kBeat - 2400; ++i) {
      const double t = static_cast<double>(i) / kRate, onset = std::min(1.0, i / 24.0);
      const double shell = std::sin(2.0 * M_PI * 230.0 * t) + 0.5 * std::sin(2.0 * M_PI * 400.0 * t);
      x[beat * kBeat + 2400 + i] =
          gain * static_cast<float>(onset * (0.3 * shell * std::exp(-16.0 * t) + 0.5 * wires[i] * std::exp(-25.0 * t)));
    }
  }
  return x;
}

/// High-passed noise that is struck between the hits and dies away slowly.
std::vector<float> cymbal(size_t frames) {
  auto x = test::whiteNoise(static_cast<int>(frames), 0.1f, 5);
  float before = 0.0f, twice = 0.0f;
  for (size_t i = 0; i < frames; ++i) {
    const float once = x[i] - before;
    before = x[i];
    const double since = static_cast<double>((i + kBeat / 2) % kBeat) / kRate;
    x[i] = 0.1f * static_cast<float>(std::exp(-3.0 * since)) * (once - twice);
    twice = once;
  }
  return x;
}

TEST(Debleed, KeepsSoftHitsAndShutsBetweenThem) {
  const auto drum = snare();
  const auto both = test::sum(drum, cymbal(drum.size()));
  for (const std::string effect : {"debleed", "debleed-offline"}) {
    const auto out = test::through(test::with(effect), both);
    const auto change = [&](int from, int to) {
      return test::db(test::power(out, from, to) / test::power(both, from, to));
    };
    for (int beat = 2; beat < kBeats; ++beat) {  // it has heard the loudest
      const int at = beat * kBeat + 2400;
      const double hit = change(at, at + 2880),
                   between = change(at + 24000, (beat + 1) * kBeat);  // half a second later
      EXPECT_NEAR(hit, 0.0, 3.0) << effect << ", hit " << beat;
      EXPECT_LT(between, hit - 25.0) << effect << ", after hit " << beat;
    }
  }
}

}  // namespace
}  // namespace rinse
