// The blocks: each against its definition or its plain twin.
#include <gtest/gtest.h>

#include <complex>

#include "blocks/f32x4.h"
#include "blocks/fft.h"
#include "blocks/log_mmse.h"
#include "blocks/resampler.h"
#include "blocks/running_sums.h"
#include "blocks/window.h"
#include "signals.h"

namespace rinse {
namespace {

TEST(F32x4, Exp2IsAccurateOverItsRange) {
  for (float x = -125.9f; x < 125.9f; x += 0.0373f) {
    const double exact = std::exp2(static_cast<double>(x));
    ASSERT_NEAR(exp2_4(splat(x))[0] / exact, 1.0, 2e-7) << x;
  }
}

TEST(F32x4, Exp2SaturatesInsteadOfOverflowing) {
  EXPECT_TRUE(std::isfinite(exp2_4(splat(1e9f))[0]));
  EXPECT_GT(exp2_4(splat(-1e9f))[0], 0.0f);
}

TEST(F32x4, Log2IsAccurateFromTinyToHuge) {
  for (double e = -37.0; e < 38.0; e += 0.0117) {
    const float x = static_cast<float>(std::pow(10.0, e));
    const double exact = std::log2(static_cast<double>(x));
    ASSERT_NEAR(log2_4(splat(x))[0], exact, 2e-7 * std::abs(exact) + 1e-6) << x;
  }
}

TEST(F32x4, SelectTakesEachLaneByItself) {
  const f32x4 a = {1, 2, 3, 4}, b = {4, 3, 2, 1};
  const f32x4 most = max4(a, b);
  EXPECT_EQ(most[0], 4);
  EXPECT_EQ(most[1], 3);
  EXPECT_EQ(most[2], 3);
  EXPECT_EQ(most[3], 4);
}

TEST(LogMmse, FourAtATimeAgreesWithThePlainTwin) {
  for (double xiDb = -25.0; xiDb <= 40.0; xiDb += 0.7) {
    for (double gammaDb = -30.0; gammaDb <= 40.0; gammaDb += 0.7) {
      const double xi = std::pow(10.0, xiDb / 10.0), gamma = std::pow(10.0, gammaDb / 10.0);
      const f32x4 wiener = splat(static_cast<float>(xi / (1.0 + xi))), v = wiener * static_cast<float>(gamma);
      const double fast = logMmseGain4(wiener, v, exp4(-v))[0];
      ASSERT_NEAR(fast / logMmseGain(xi, gamma), 1.0, 5e-5) << xiDb << " dB, " << gammaDb << " dB";
    }
  }
}

TEST(LogMmse, ApproachesTheWienerGainAtHighSnr) { EXPECT_NEAR(logMmseGain(100.0, 101.0), 100.0 / 101.0, 1e-6); }

TEST(RealFft, AgreesWithTheDefinition) {
  const int n = 60;
  const RealFft fft(n);
  const std::vector<float> x = test::whiteNoise(n, 1.0f);
  std::vector<std::complex<float>> spectrum(fft.bins());
  fft.forward(x.data(), spectrum.data());
  for (int k = 0; k < fft.bins(); ++k) {
    std::complex<double> sum = 0.0;
    for (int i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * std::polar(1.0, -2.0 * M_PI * k * i / n);
    EXPECT_NEAR(std::abs(std::complex<double>(spectrum[k]) - sum), 0.0, 1e-5);
  }
}

TEST(RealFft, FastSizesAreEvenAndSuffice) {
  for (int n = 4; n < 5000; n += 7) {
    const int fast = RealFft::fastSize(n);
    EXPECT_GE(fast, n);
    EXPECT_EQ(fast % 2, 0);
  }
}

TEST(Window, PairsReconstructPerfectly) {
  for (const WindowPair& w :
       {squareRootHann(480), squareRootHann(441), asymmetricHann(960, 240), asymmetricHann(320, 80)}) {
    const int frame = static_cast<int>(w.analysis.size());
    for (int n = 0; n < w.hop; ++n) {
      double sum = 0.0;
      for (int at = n; at < frame; at += w.hop) sum += static_cast<double>(w.analysis[at]) * w.synthesis[at];
      ASSERT_NEAR(sum, 1.0, 1e-6);
    }
  }
}

TEST(Window, AsymmetricSynthesisIsZeroBeforeItsLastTwoHops) {
  const WindowPair w = asymmetricHann(960, 240);
  for (int n = 0; n <= 480; ++n) EXPECT_EQ(w.synthesis[n], 0.0f);
  EXPECT_GT(w.synthesis[600], 0.0f);
}

TEST(RunningSums, MeanAgreesWithTheDefinition) {
  const std::vector<float> x = test::whiteNoise(50, 1.0f);
  RunningSums sums(50);
  sums.assign(x);
  for (const int half : {0, 1, 8, 24, 25, 60}) {
    std::vector<float> y(50);
    sums.mean(half, y.data());
    for (int k = 0; k < 50; ++k) {
      double sum = 0.0;
      int count = 0;
      for (int i = std::max(0, k - half); i <= std::min(49, k + half); ++i) sum += x[i], ++count;
      ASSERT_NEAR(y[k], sum / count, 1e-6) << half << " " << k;
    }
  }
}

struct Rates {
  int in, out;
};
class ResamplerRates : public testing::TestWithParam<Rates> {};

TEST_P(ResamplerRates, PassesTheBandAndStopsWhatWouldAlias) {
  const auto [in, out] = GetParam();
  const double lower = std::min(in, out) / 2.0;
  const auto levelOf = [&](double hz) {
    const std::vector<float> y = resample(test::sine(in / 2, hz, in, 1.0f), in, out);
    const size_t edge = y.size() / 4;
    return test::db(test::power(y, edge, y.size() - edge) / 0.5);
  };
  EXPECT_NEAR(levelOf(0.1 * lower), 0.0, 0.01);
  EXPECT_NEAR(levelOf(0.9 * lower), 0.0, 0.05);
  if (in > out) {
    EXPECT_LT(levelOf(1.001 * lower), -100.0);
    EXPECT_LT(levelOf(0.5 * (lower + in / 2.0)), -100.0);
  }
}

TEST_P(ResamplerRates, ImagesLieBelowTheStopBand) {
  const auto [in, out] = GetParam();
  if (out <= in) return;
  // A tone at 0.4 of the input rate has its first image at 0.6 of it: take the tone out by least squares and look at
  // what remains.
  const double hz = 0.4 * in;
  const std::vector<float> y = resample(test::sine(in / 2, hz, in, 1.0f), in, out);
  double cc = 0.0, cs = 0.0, ss = 0.0, yc = 0.0, ys = 0.0, rest = 0.0;
  const size_t from = y.size() / 4, to = 3 * from;
  const auto cosine = [&](size_t i) { return std::cos(2.0 * M_PI * hz * i / out); };
  const auto sinus = [&](size_t i) { return std::sin(2.0 * M_PI * hz * i / out); };
  for (size_t i = from; i < to; ++i) {
    const double c = cosine(i), s = sinus(i);
    cc += c * c, cs += c * s, ss += s * s, yc += y[i] * c, ys += y[i] * s;
  }
  const double a = (yc * ss - ys * cs) / (cc * ss - cs * cs), b = (ys * cc - yc * cs) / (cc * ss - cs * cs);
  for (size_t i = from; i < to; ++i) rest += std::pow(y[i] - a * cosine(i) - b * sinus(i), 2);
  EXPECT_LT(test::db(rest / (to - from) / 0.5), -100.0);
}

TEST_P(ResamplerRates, KeepsTimeToTheSample) {
  const auto [in, out] = GetParam();
  const double hz = 0.05 * std::min(in, out);
  const std::vector<float> y = resample(test::sine(in / 2, hz, in, 1.0f), in, out);
  EXPECT_EQ(y.size(), static_cast<size_t>((static_cast<int64_t>(in / 2) * out + in - 1) / in));
  for (size_t i = y.size() / 4; i < y.size() / 2; ++i)
    ASSERT_NEAR(y[i], std::sin(2.0 * M_PI * hz * i / out), 2e-4) << i;
}

TEST_P(ResamplerRates, StreamsInAnyPieces) {
  const auto [in, out] = GetParam();
  const std::vector<float> x = test::whiteNoise(5000, 0.5f);
  const auto through = [&](std::vector<int> pieces) {
    Resampler r(in, out);
    r.prepare(5000);
    std::vector<float> y, part(r.maxOutputs(5000));
    size_t turn = 0;
    for (size_t at = 0; at < x.size();) {
      const int count = std::min<int>(pieces[turn++ % pieces.size()], x.size() - at);
      const int made = r.process(&x[at], count, part.data());
      EXPECT_LE(made, r.maxOutputs(count));
      y.insert(y.end(), part.begin(), part.begin() + made);
      at += count;
    }
    return y;
  };
  EXPECT_EQ(through({5000}), through({1, 17, 128, 500}));
}

INSTANTIATE_TEST_SUITE_P(Pairs, ResamplerRates,
                         testing::Values(Rates{48000, 16000}, Rates{16000, 48000}, Rates{44100, 48000},
                                         Rates{48000, 44100}, Rates{44100, 16000}, Rates{192000, 16000},
                                         Rates{8000, 48000}, Rates{44101, 48000}, Rates{48000, 44101}));

}  // namespace
}  // namespace rinse
