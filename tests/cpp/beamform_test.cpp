// Several microphones: the statistics against a case with a known answer, delays, and what the effect does with odd
// ones.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "array/clocks.h"
#include "array/gcc_phat.h"
#include "array/mvdr.h"
#include "cli/weights_file.h"
#include "engine.h"
#include "signals.h"

namespace rinse {
namespace {

using Complex = std::complex<float>;

TEST(Mvdr, LeavesTheVoiceAndTakesAwayWhatComesFromElsewhere) {
  constexpr int kChannels = 4;
  Mvdr mvdr;
  mvdr.prepare(1, kChannels);
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  const auto draw = [&] { return Complex(normal(random), normal(random)); };
  std::vector<Complex> voice(kChannels), noise(kChannels), x(kChannels), w(kChannels);
  for (int c = 0; c < kChannels; ++c) voice[c] = std::polar(1.0f, 0.7f * c), noise[c] = std::polar(1.0f, -1.9f * c);
  for (int t = 0; t < 2000; ++t) {
    const bool speaks = t % 2;
    const Complex s = speaks ? draw() : 0.0f, n = draw();
    for (int c = 0; c < kChannels; ++c) x[c] = s * voice[c] + n * noise[c] + 0.01f * draw();
    mvdr.update(0, x.data(), speaks, !speaks, 1000.0f);
    mvdr.filter(0, 2, w.data());
  }
  Complex keeps = 0.0f, lets = 0.0f;
  for (int c = 0; c < kChannels; ++c) keeps += std::conj(w[c]) * voice[c], lets += std::conj(w[c]) * noise[c];
  EXPECT_NEAR(std::abs(keeps - voice[2]), 0.0f, 0.02f);  // as microphone 2 hears it
  EXPECT_LT(std::abs(lets), 0.01f);
}

TEST(Mvdr, GivesTheMicrophoneItselfWhileNothingIsKnown) {
  Mvdr mvdr;
  mvdr.prepare(1, 3);
  std::vector<Complex> w(3);
  mvdr.filter(0, 1, w.data());
  EXPECT_EQ(w, (std::vector<Complex>{0.0f, 1.0f, 0.0f}));
}

TEST(GccPhat, FindsDelaysBetweenTheSamples) {
  constexpr int kSize = 512;
  RealFft fft(kSize);
  GccPhat delays;
  delays.prepare(kSize, 3, 40);
  const std::vector<float> clear(fft.bins(), 1.0f);
  const double truth[] = {0.0, 7.5, -12.25};
  std::vector<std::vector<Complex>> spectra(3, std::vector<Complex>(fft.bins()));
  std::vector<const Complex*> views;
  for (const auto& s : spectra) views.push_back(s.data());
  for (int t = 0; t < 100; ++t) {
    const auto noise = test::whiteNoise(kSize, 0.1f, t + 1);
    fft.forward(noise.data(), spectra[0].data());
    for (int c = 1; c < 3; ++c) {
      for (int k = 0; k < fft.bins(); ++k)
        spectra[c][k] = spectra[0][k] * std::polar(1.0f, static_cast<float>(-2.0 * M_PI * k * truth[c] / kSize));
    }
    delays.update(views, clear, 0.1f);
  }
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(delays.delay(c), truth[c], 0.05) << c;
}

TEST(Clocks, FindsWhenARecorderBeganAndHowFastItRuns) {
  constexpr int kRate = 8000;
  const auto voice = test::sum(test::voice(90 * kRate, kRate), test::whiteNoise(90 * kRate, 0.02f));
  // The second one began 3.2 s later and runs 80 ppm fast: its sample m is the first one's (m + 25600) / 1.00008.
  Warp other({25600.0 / 1.00008, 1.0 / 1.00008 - 1.0, 1});
  other.push(voice);
  std::vector<float> heard(80 * kRate);
  other.pull(heard.data(), static_cast<int>(heard.size()), true);
  heard = test::sum(heard, test::whiteNoise(static_cast<int>(heard.size()), 0.02f, 5));
  const auto match = matchClocks(voice, heard, kRate);
  ASSERT_TRUE(match);
  EXPECT_NEAR(match->offset, -25600.0, 0.3);
  EXPECT_NEAR(match->drift, 80e-6, 1e-6);
  EXPECT_FALSE(matchClocks(test::whiteNoise(20 * kRate, 0.1f, 1), test::whiteNoise(20 * kRate, 0.1f, 2), kRate));
  EXPECT_FALSE(matchClocks(voice, std::vector<float>(20 * kRate, 0.0f), kRate));
}

TEST(Clocks, WarpReadsBetweenTheSamples) {
  Warp warp({10.25, 1e-4, 1});
  warp.push(test::sine(10000, 997.0, 48000.0, 0.5f));
  std::vector<float> out(9000);
  warp.pull(out.data(), 9000, true);
  for (int i = 100; i < 9000; ++i)
    ASSERT_NEAR(out[i], 0.5 * std::sin(2.0 * M_PI * 997.0 / 48000.0 * ((1.0 + 1e-4) * i + 10.25)), 1e-4) << i;
}

TEST(GccPhat, OfPeaksThatAreEquallyHighTakesTheNearest) {
  const std::vector<std::complex<float>> tone(481, {0.3f, 0.4f});
  const std::complex<float>* both[] = {tone.data(), tone.data()};
  for (int first = 10; first < 60; ++first) {
    GccPhat delays;
    delays.prepare(960, 2, 200);
    std::vector<float> voice(481, 0.0f);
    for (int k = first; k < 481; k += first) voice[k] = 1.0f;  // harmonics: a peak every 960 / first samples
    for (int i = 0; i < 20; ++i) delays.update(both, voice, 0.1f);
    EXPECT_NEAR(delays.delay(1), 0.0f, 0.1f) << first;
  }
}

class Beams : public testing::TestWithParam<const char*> {
 protected:
  /// What comes out of so many microphones, moved back by the latency.
  test::Channels run(test::Channels x, float method) {
    Recipe r;
    r.chain.push_back({GetParam(), {{"method", method}}, {}});
    auto engine = Engine::create(r, {48000.0, static_cast<int>(x.size()), 480}, cli::models());
    EXPECT_TRUE(engine) << engine.error();
    const size_t frames = x[0].size();
    for (auto& c : x) c.resize(frames + (*engine)->latency(), 0.0f);
    test::run(**engine, x, {480});
    for (auto& c : x) c.erase(c.begin(), c.begin() + (*engine)->latency());
    return x;
  }
  static double differenceDb(const std::vector<float>& a, const std::vector<float>& b) {
    return test::db(test::power(test::sum(a, test::scaled(b, -1.0f))) / test::power(b));
  }
  const std::vector<float> voice_ = test::sum(test::voice(4 * 48000, 48000.0), test::whiteNoise(4 * 48000, 0.002f));
};

TEST_P(Beams, OneMicrophonePassesAsItIs) { EXPECT_LT(differenceDb(run({voice_}, 0.0f)[0], voice_), -80.0); }

TEST_P(Beams, MicrophonesThatHearTheSameGiveThat) {
  for (const float method : {0.0f, 1.0f}) {
    const auto out = run({voice_, voice_, voice_}, method);
    EXPECT_LT(differenceDb(out[0], voice_), -40.0) << method;
    EXPECT_EQ(out[0], out[2]);
  }
}

TEST_P(Beams, ADeadMicrophoneDoesNoHarm) {
  for (const bool first : {false, true}) {
    const std::vector<float> dead(voice_.size(), 0.0f);
    const auto out = run(first ? test::Channels{dead, voice_} : test::Channels{voice_, dead}, 0.0f)[0];
    const std::vector<float> later(out.begin() + 48000, out.end()), wanted(voice_.begin() + 48000, voice_.end());
    EXPECT_LT(differenceDb(later, wanted), -20.0) << first;
  }
}

TEST_P(Beams, DelayAndSumLinesUp) {
  std::vector<float> late(voice_.size(), 0.0f);
  std::copy(voice_.begin(), voice_.end() - 17, late.begin() + 17);
  const auto out = run({voice_, late}, 1.0f)[0];
  const std::vector<float> later(out.begin() + 96000, out.end()), wanted(voice_.begin() + 96000, voice_.end());
  EXPECT_LT(differenceDb(later, wanted), -20.0);
}

INSTANTIATE_TEST_SUITE_P(Effects, Beams, testing::Values("beamform", "beamform-offline"),
                         [](const auto& info) { return std::string(info.param) == "beamform" ? "live" : "offline"; });

}  // namespace
}  // namespace rinse
