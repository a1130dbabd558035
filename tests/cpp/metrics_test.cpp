// Measures against a reference: known answers, order, invariance, and what happens where there is nothing to measure.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "blocks/fft.h"
#include "blocks/resampler.h"
#include "metrics/alignment.h"
#include "metrics/composite.h"
#include "metrics/log_spectral_distance.h"
#include "metrics/musical_noise.h"
#include "metrics/pesq.h"
#include "metrics/scores.h"
#include "metrics/si_sdr.h"
#include "metrics/snr.h"
#include "metrics/srmr.h"
#include "metrics/stoi.h"
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

int index(const std::string& id) {
  for (size_t i = 0; i < metrics().size(); ++i) {
    if (id == metrics()[i].id) return static_cast<int>(i);
  }
  ADD_FAILURE() << id;
  return 0;
}

TEST(SiSdr, IsTheRatioOfOrthogonalParts) {
  Samples x(kRate), e(kRate);
  for (int i = 0; i < kRate; ++i) {  // whole periods: orthogonal
    x[i] = static_cast<float>(std::sin(2.0 * M_PI * 100.0 * i / kRate));
    e[i] = 0.3f * (x[i] + 0.1f * static_cast<float>(std::sin(2.0 * M_PI * 200.0 * i / kRate)));
  }
  EXPECT_NEAR(siSdr(x, e), 20.0, 1e-3);
}

TEST(Snr, OfAWrongLevelIsKnown) {
  EXPECT_NEAR(snr(kVoice, scaled(kVoice, 0.9f)), 20.0, 1e-3);
  const Samples tone = test::sine(kRate, 440.0, kRate, 0.5f);
  EXPECT_NEAR(segmentalSnr(tone, scaled(tone, 0.9f), kRate), 20.0, 1e-3);  // each segment alike
}

TEST(LogSpectralDistance, OfAGainIsThatGain) {
  const Samples x = test::whiteNoise(48000, 0.1f);
  EXPECT_NEAR(logSpectralDistance(x, scaled(x, 0.5f), 48000, 0.0, 24000.0), 6.0206, 0.01);
}

TEST(LogSpectralDistance, ShowsDeletedTrebleInTheTrebleOnly) {
  const Samples x = test::whiteNoise(48000, 0.1f), y = resample(resample(x, 48000, 24000), 24000, 48000);
  EXPECT_GT(logSpectralDistance(x, y, 48000, 8000.0, 20000.0), 30.0);
  EXPECT_LT(logSpectralDistance(x, y, 48000, 0.0, 8000.0), 0.5);
}

TEST(Intelligibility, FallsWithNoiseAndIsOneForTheSame) {
  double lastStoi = 1.01, lastEstoi = 1.01;
  for (const float rms : {0.0f, 0.03f, 0.1f, 0.3f}) {
    const auto [stoi, estoi] = intelligibility(kVoice, noisy(rms), kRate);
    if (rms == 0.0f) {
      EXPECT_NEAR(stoi, 1.0, 1e-6);
      EXPECT_NEAR(estoi, 1.0, 1e-6);
    }
    EXPECT_LT(stoi, lastStoi);
    EXPECT_LT(estoi, lastEstoi);
    lastStoi = stoi, lastEstoi = estoi;
  }
}

TEST(Composite, IsAtTheTopForTheSameAndFallsWithNoise) {
  const auto of = [](const Samples& y) {
    return composite(kVoice, y, kRate, wideBandPesq(kVoice, y), segmentalSnr(kVoice, y, kRate));
  };
  const Composite same = of(kVoice), little = of(noisy(0.00003f)), much = of(noisy(0.0003f));
  EXPECT_EQ(same.csig, 5.0);
  EXPECT_EQ(same.cbak, 5.0);
  EXPECT_EQ(same.covl, 5.0);
  EXPECT_LT(little.covl, same.covl);
  EXPECT_LT(much.covl, little.covl);
  EXPECT_LT(much.cbak, little.cbak);
}

TEST(LogLikelihoodRatio, DoesNotMindLevel) {
  EXPECT_NEAR(logLikelihoodRatio(kVoice, scaled(kVoice, 0.1f), kRate), 0.0, 0.01);
}

/// A 1 kHz tone whose level moves `hz` times a second.
Samples modulated(double hz) {
  Samples x = test::sine(4 * kRate, 1000.0, kRate, 0.1f);
  for (size_t i = 0; i < x.size(); ++i)
    x[i] *= 1.0f + 0.8f * static_cast<float>(std::sin(2.0 * M_PI * hz * static_cast<double>(i) / kRate));
  return x;
}

// Agreement with the reference implementation on real speech and rooms is what `npm run quality` prints.
TEST(Srmr, CountsModulationsOfSpeechForAndFasterOnesAgainst) {
  EXPECT_GT(srmr(modulated(6.0), kRate), 10.0);
  EXPECT_LT(srmr(modulated(60.0), kRate), 0.5);
  EXPECT_NEAR(srmr(scaled(modulated(6.0), 0.01f), kRate) / srmr(modulated(6.0), kRate), 1.0, 1e-3);
}

/// Plain power spectral subtraction of a known flat floor, the mother of musical noise.
Samples subtracted(const Samples& x, double floorPower) {
  constexpr int kFrame = 512;
  const RealFft fft(kFrame);
  Samples y(x.size(), 0.0f), time(kFrame);
  std::vector<std::complex<float>> spectrum(fft.bins());
  for (size_t at = 0; at + kFrame <= x.size(); at += kFrame / 2) {
    const auto window = [](int i) { return static_cast<float>(std::sin(M_PI * (i + 0.5) / kFrame)); };
    for (int i = 0; i < kFrame; ++i) time[i] = window(i) * x[at + i];
    fft.forward(time.data(), spectrum.data());
    for (auto& s : spectrum)
      s *= static_cast<float>(std::sqrt(std::max(0.0, 1.0 - floorPower / (std::norm(s) + 1e-20))) / kFrame);
    fft.inverse(spectrum.data(), time.data());
    for (int i = 0; i < kFrame; ++i) y[at + i] += window(i) * time[i];
  }
  return y;
}

TEST(MusicalNoise, IsHeardInSubtractionAndNotInAGain) {
  const Samples silence(4 * kRate, 0.0f), noise = test::whiteNoise(4 * kRate, 0.1f);
  const MusicalNoise gain = musicalNoise(silence, noise, scaled(noise, 0.2f), kRate);
  EXPECT_NEAR(gain.logKurtosisRatio, 0.0, 1e-3);
  EXPECT_NEAR(gain.cepstralPeak, 0.0, 0.1);
  const MusicalNoise music = musicalNoise(silence, noise, subtracted(noise, 2.0 * 256.0 * 0.01), kRate);
  EXPECT_GT(music.logKurtosisRatio, 1.0);
  EXPECT_GT(music.cepstralPeak, 3.0);
}

TEST(MusicalNoise, IsNotDefinedWithoutNoiseOnlyParts) {
  EXPECT_TRUE(std::isnan(musicalNoise(kVoice, kVoice, kVoice, kRate).logKurtosisRatio));
}

TEST(FindLag, FindsDelaysOfBothSignsUnderNoiseAndGain) {
  const Samples x = test::sum(kVoice, test::whiteNoise(static_cast<int>(kVoice.size()), 0.003f, 9));
  for (const int lag : {-3100, -1, 0, 1, 480, 3200}) {
    const Samples y = delayed(test::sum(scaled(x, -0.4f), test::whiteNoise(static_cast<int>(x.size()), 0.02f)), lag);
    EXPECT_EQ(findLag({x}, {y}, kRate), lag);
  }
}

TEST(FindLag, IsZeroForUnrelatedSignals) {
  const Samples x = test::whiteNoise(2 * kRate, 0.1f, 1), y = test::whiteNoise(2 * kRate, 0.1f, 2);
  EXPECT_EQ(findLag({x}, {y}, kRate), 0);
  EXPECT_EQ(findLag({Samples(kRate, 0.0f)}, {y}, kRate), 0);
}

TEST(Score, CompensatesALagAndReportsIt) {
  const Samples y = noisy(0.02f);
  auto straight = score({kRate, {kVoice}}, {kRate, {y}}, nullptr),
       late = score({kRate, {kVoice}}, {kRate, {delayed(y, 640)}}, nullptr);
  ASSERT_TRUE(straight && late);
  EXPECT_EQ(straight->lag, 0);
  EXPECT_EQ(late->lag, 640);
  EXPECT_NEAR(late->mean[index("si_sdr")], straight->mean[index("si_sdr")], 0.2);
  EXPECT_NEAR(late->mean[index("pesq_wb")], straight->mean[index("pesq_wb")], 0.05);
}

TEST(Score, GivesEachChannelAndTheirMean) {
  auto scores = score({kRate, {kVoice, kVoice}}, {kRate, {noisy(0.01f), noisy(0.1f)}}, nullptr);
  ASSERT_TRUE(scores);
  const int i = index("snr");
  ASSERT_EQ(scores->channels.size(), 2u);
  EXPECT_NEAR(scores->channels[0][i] - scores->channels[1][i], 20.0, 0.5);
  EXPECT_NEAR(scores->mean[i], (scores->channels[0][i] + scores->channels[1][i]) / 2.0, 1e-9);
}

TEST(Score, TakesAnyRateAndDifferentOnes) {
  for (const int rate : {8000, 22050, 44100, 48000, 96000, 192000}) {
    const Samples x = test::voice(2 * rate, rate);
    auto same = score({rate, {x}}, {rate, {x}}, nullptr);
    ASSERT_TRUE(same);
    EXPECT_GT(same->mean[index("pesq_wb")], 4.6) << rate;
    EXPECT_EQ(std::isnan(same->mean[index("lsd_hf")]), rate < 40000) << rate;
    auto other = score({rate, {x}}, {16000, {resample(x, rate, 16000)}}, nullptr);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->lag, 0);
    EXPECT_GT(other->mean[index("pesq_wb")], 4.3) << rate;
  }
}

TEST(Score, SilenceAndOffsetsAreDefinedAndNeverACrash) {
  const Samples silence(kVoice.size(), 0.0f), offset(kVoice.size(), 0.5f), moment(200, 0.1f);
  for (const Samples& x : {kVoice, silence, offset}) {
    for (const Samples& y : {kVoice, silence, offset}) {
      auto scores = score({kRate, {x}}, {kRate, {y}}, nullptr);
      ASSERT_TRUE(scores);
      for (const double v : scores->mean) EXPECT_FALSE(std::isinf(v));
    }
  }
  EXPECT_TRUE(score({kRate, {moment}}, {kRate, {moment}}, nullptr));
}

TEST(Score, RefusesWhatCannotBeCompared) {
  Samples broken = kVoice;
  broken[7] = std::numeric_limits<float>::quiet_NaN();
  const Recording x{kRate, {kVoice}};
  const auto why = [&](const Recording& y) {
    auto scores = score(x, y, nullptr);
    return scores ? std::string() : scores.error();
  };
  EXPECT_NE(why({kRate, {broken}}).find("no numbers"), std::string::npos);
  EXPECT_NE(why({kRate, {{}}}).find("no samples"), std::string::npos);
  EXPECT_NE(why({4000, {kVoice}}).find("8000 to 192000"), std::string::npos);
  EXPECT_NE(why({kRate, {kVoice, kVoice}}).find("channels"), std::string::npos);
  EXPECT_NE(why({kRate, {test::voice(3 * kRate, kRate)}}).find("long"), std::string::npos);
  EXPECT_EQ(why({kRate, {test::voice(4 * kRate - 4000, kRate)}}), "");
}

TEST(Score, ListsWhatIsNotDefinedForSilence) {
  const Samples silence(2 * kRate, 0.0f);
  auto scores = score({kRate, {silence}}, {kRate, {silence}}, nullptr);
  ASSERT_TRUE(scores);
  for (size_t i = 0; i < metrics().size(); ++i) EXPECT_TRUE(std::isnan(scores->mean[i])) << metrics()[i].id;
}

TEST(Score, GivesOnlyWhatIsWanted) {
  std::vector<bool> wanted(metrics().size(), false);
  wanted[index("stoi")] = true;
  auto scores = score({kRate, {kVoice}}, {kRate, {kVoice}}, nullptr, wanted);
  ASSERT_TRUE(scores);
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(std::isnan(scores->mean[i]), !wanted[i]) << metrics()[i].id;
}

}  // namespace
}  // namespace rinse
