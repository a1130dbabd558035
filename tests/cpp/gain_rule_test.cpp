// The methods of denoise: their formulas against plain ones, what each is known for, and what the post-filters do.
#include <gtest/gtest.h>

#include <cmath>

#include "blocks/mmse_stsa.h"
#include "engine.h"
#include "metrics/musical_noise.h"
#include "metrics/si_sdr.h"
#include "noise/decision_directed.h"
#include "noise/gain_smoothing.h"
#include "noise/spectral_gate.h"
#include "noise/spectral_subtraction.h"
#include "noise/whitening.h"
#include "signals.h"

namespace rinse {
namespace {

constexpr int kBins = 480, kRate = 48000;
using Params = std::vector<std::pair<std::string, float>>;

TEST(MmseStsa, IsTheFormulaOfThePaper) {
  for (const double xi : {0.003, 0.1, 1.0, 10.0, 1000.0}) {
    for (const double gamma : {0.01, 0.5, 1.0, 4.0, 30.0, 1000.0}) {
      const double v = gamma * xi / (1.0 + xi);
      if (v > 600.0) continue;  // cyl_bessel_i ends here
      const double expected = std::sqrt(M_PI * v) / (2.0 * gamma) * std::exp(-v / 2.0) *
                              ((1.0 + v) * std::cyl_bessel_i(0.0, v / 2.0) + v * std::cyl_bessel_i(1.0, v / 2.0));
      const float found = mmseStsaGain4(splat(static_cast<float>(gamma)), splat(static_cast<float>(v)))[0];
      EXPECT_NEAR(found / expected, 1.0, 1e-4) << "xi " << xi << ", gamma " << gamma;
    }
  }
}

/// The gains of a rule for one spectrum, over and over until it has settled.
std::vector<float> settled(GainRule& rule, float power, float noise, float floor = 0.01f, int frames = 300) {
  const std::vector<float> y(kBins, power), n(kBins, noise);
  std::vector<float> gain(kBins);
  for (int t = 0; t < frames; ++t) rule.gains({y, n, floor}, gain);
  return gain;
}

template <class Rule>
Rule prepared(Rule rule) {
  rule.prepare(kBins, 50.0, 0.01);
  return rule;
}

TEST(DecisionDirected, LetsLoudBinsThroughAndTurnsNoiseDown) {
  for (const Estimator e : {Estimator::wiener, Estimator::mmseStsa, Estimator::logMmse, Estimator::omLsa}) {
    auto rule = prepared(DecisionDirected(e));
    EXPECT_GT(settled(rule, 1000.0f, 1.0f)[kBins / 4], 0.98f) << static_cast<int>(e);
    rule.reset();
    EXPECT_LT(settled(rule, 1.0f, 1.0f)[kBins / 4], 0.25f) << static_cast<int>(e);
  }
}

TEST(DecisionDirected, EstimatorsOfTheAmplitudeLieAboveThatOfItsLogarithmAndThatOneAboveWiener) {
  auto wiener = prepared(DecisionDirected(Estimator::wiener)), stsa = prepared(DecisionDirected(Estimator::mmseStsa)),
       lsa = prepared(DecisionDirected(Estimator::logMmse));
  const float w = settled(wiener, 2.0f, 1.0f, 0.01f, 1)[5], l = settled(lsa, 2.0f, 1.0f, 0.01f, 1)[5],
              s = settled(stsa, 2.0f, 1.0f, 0.01f, 1)[5];
  EXPECT_LT(w, l);
  EXPECT_LT(l, s);
}

TEST(SpectralSubtraction, TakesTheNoiseOffAndFillsTheValleys) {
  auto rule = prepared(SpectralSubtraction());
  rule.overSubtraction = 2.0f;
  EXPECT_NEAR(settled(rule, 8.0f, 1.0f)[7], std::sqrt(1.0f - 2.0f / 8.0f), 1e-4f);
  EXPECT_NEAR(settled(rule, 1.5f, 1.0f, 0.1f)[7], 0.1f, 1e-4f);          // over-subtracted: the floor
  EXPECT_NEAR(settled(rule, 0.25f, 1.0f, 0.1f)[7], 0.1f / 0.5f, 1e-3f);  // beneath the noise: floor times the noise
  rule.amplitudes = true;
  EXPECT_NEAR(settled(rule, 16.0f, 1.0f)[7], 1.0f - 2.0f / 4.0f, 1e-4f);
}

TEST(SpectralSubtraction, AdaptsToTheBand) {
  auto rule = prepared(SpectralSubtraction());
  rule.overSubtraction = 4.0f;
  rule.adaptive = true;
  // At 20 dB the noise is taken off once, at 0 dB four times, below -5 dB 4 + 5 * 3 / 20 times.
  EXPECT_NEAR(settled(rule, 100.0f, 1.0f)[100], std::sqrt(1.0f - 1.0f / 100.0f), 1e-4f);
  EXPECT_NEAR(settled(rule, 10.0f, 1.0f)[100], std::sqrt(1.0f - 2.5f / 10.0f), 1e-4f);
  // A band that is mostly noise doesn't touch its neighbour an octave away.
  std::vector<float> y(kBins, 100.0f), n(kBins, 1.0f), gain(kBins);
  for (int k = 40; k < 60; ++k) y[k] = 1.0f;  // 2 to 3 kHz
  rule.gains({y, n, 0.01f}, gain);
  EXPECT_NEAR(gain[100], std::sqrt(1.0f - 1.0f / 100.0f), 1e-4f);
  EXPECT_NEAR(gain[50], 0.01f, 1e-3f);
}

TEST(SpectralGate, OpensAboveItsThreshold) {
  auto gate = prepared(SpectralGate(false));
  EXPECT_NEAR(settled(gate, 1.0f, 1.0f)[200], 0.01f, 1e-3f);
  EXPECT_NEAR(settled(gate, 10.0f, 1.0f)[200], 1.0f, 1e-3f);
  auto moving = prepared(SpectralGate(true));
  EXPECT_LT(settled(moving, 10.0f, 1.0f)[200], 0.02f);              // what lasts is closed out
  EXPECT_GT(settled(moving, 1000.0f, 1.0f, 0.01f, 20)[200], 0.9f);  // what begins opens
}

TEST(GainSmoothing, WidensAsTheFrameEmpties) {
  GainSmoothing filter;
  filter.prepare(kBins);
  const std::vector<float> power(kBins, 1.0f);
  std::vector<float> open(kBins, 0.9f), peaks(kBins, 0.1f);
  filter.process(power, open);
  EXPECT_EQ(filter.width(), 1);
  EXPECT_EQ(open[9], 0.9f);
  peaks[100] = 1.0f;
  filter.process(power, peaks);  // zeta = 0.012: N = 2 round(0.97 * 10) + 1
  EXPECT_EQ(filter.width(), 21);
  EXPECT_NEAR(peaks[100], 0.1f + 0.9f / 21.0f, 1e-4f);
  EXPECT_NEAR(peaks[110], peaks[100], 1e-4f);
  EXPECT_NEAR(peaks[111], 0.1f, 1e-4f);
}

TEST(Whitening, LiftsSoftFramesAndTapers) {
  Whitening filter;
  filter.prepare(kBins, 0.01);
  const std::vector<float> loud(kBins, 1.0f), soft(kBins, 0.25f);
  std::vector<float> gain(kBins, 1.0f);
  filter.process(loud, gain, 0.5f);
  EXPECT_NEAR(gain[0], 1.0f, 1e-3f);
  EXPECT_NEAR(gain[kBins - 1], 0.08f, 1e-3f);
  std::fill(gain.begin(), gain.end(), 1.0f);
  filter.process(soft, gain, 0.5f);  // 6 dB softer: raised by 3
  EXPECT_NEAR(gain[0], std::sqrt(2.0f), 0.01f);
}

std::vector<float> denoised(const std::vector<float>& input, Params params) {
  Recipe r;
  r.chain.push_back({"denoise", std::move(params), {}});
  auto engine = Engine::create(r, {kRate, 1, 480});
  EXPECT_TRUE(engine) << engine.error();
  test::Channels x = {input};
  x[0].resize(input.size() + (*engine)->latency(), 0.0f);
  test::run(**engine, x, {480});
  return {x[0].begin() + (*engine)->latency(), x[0].end()};
}

TEST(Denoise, EveryMethodOverEveryTrackerRaisesTheSnr) {
  const int frames = 6 * kRate;
  const auto clean = test::voice(frames, kRate), noisy = test::sum(clean, test::whiteNoise(frames, 0.03f));
  for (int method = 0; method < 7; ++method) {
    for (int tracker = 0; tracker < 6; ++tracker) {
      const auto out = denoised(noisy, {{"method", method}, {"tracker", tracker}});
      EXPECT_GT(siSdr(clean, out), siSdr(clean, noisy) + 0.5) << "method " << method << ", tracker " << tracker;
    }
  }
}

TEST(Denoise, ThePostFilterHalvesTheMusicalNoiseOfSubtractionAtTheSameReduction) {
  const int frames = 10 * kRate;
  const auto noise = test::whiteNoise(frames, 0.03f);
  auto clean = test::voice(frames, kRate);
  for (int i = 0; i < frames; ++i)
    clean[i] *= (i / (kRate / 2)) % 4 == 0 ? 1.0f : 0.0f;  // pauses of a second and a half
  const auto noisy = test::sum(clean, noise);
  const auto reduction = [&](const std::vector<float>& out) {  // in the pauses, a quarter of a second after the voice
    double before = 0.0, after = 0.0;
    for (int start = 2 * kRate; start + 2 * kRate <= frames; start += 2 * kRate) {
      before += test::power(noisy, start + kRate * 3 / 4, start + kRate * 7 / 4);
      after += test::power(out, start + kRate * 3 / 4, start + kRate * 7 / 4);
    }
    return test::db(after / before);
  };
  const auto plain = denoised(noisy, {{"method", 4}, {"oversubtraction", 4}, {"floor", -18}});
  const auto filtered = denoised(noisy, {{"method", 4}, {"oversubtraction", 4}, {"floor", -20}, {"smoothing", 1}});
  EXPECT_NEAR(reduction(plain), -15.0, 1.0);
  EXPECT_NEAR(reduction(filtered), -15.0, 1.0);
  const double before = musicalNoise(clean, noisy, plain, kRate).logKurtosisRatio,
               after = musicalNoise(clean, noisy, filtered, kRate).logKurtosisRatio;
  EXPECT_GT(before, 1.0);
  EXPECT_LT(after, before / 2.0);
}

}  // namespace
}  // namespace rinse
