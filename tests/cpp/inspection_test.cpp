// What is measured without a reference: standards' own test signals, and planted damage.
#include "metrics/inspection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "blocks/resampler.h"
#include "metrics/bandwidth.h"
#include "metrics/clicks.h"
#include "metrics/clipping.h"
#include "metrics/hum.h"
#include "metrics/loudness.h"
#include "metrics/noise_level.h"
#include "metrics/true_peak.h"
#include "signals.h"

namespace rinse {
namespace {

using Samples = std::vector<float>;

constexpr int kRate = 48000;

Block blockOf(test::Channels& x) { return test::blockOf(x, 0, static_cast<int>(x[0].size())); }

struct Part {
  double seconds;
  std::vector<double> db;  // peak of a 1 kHz sine, dB full scale, of each channel
};

LoudnessResult measure(const std::vector<Part>& parts, int rate = kRate) {
  LoudnessMeter meter(rate, static_cast<int>(parts[0].db.size()));
  for (const Part& p : parts) {
    test::Channels x;
    for (const double db : p.db)
      x.push_back(test::sine(static_cast<int>(std::lround(p.seconds * rate)), 1000.0, rate,
                             static_cast<float>(std::pow(10.0, db / 20.0))));
    meter.add(blockOf(x));
  }
  return meter.result();
}

std::vector<double> both(double db) { return {db, db}; }

// EBU Tech 3341, table 1, cases 1 to 6: +-0.1 LU.
TEST(Loudness, PassesTheCasesOfEbuTech3341) {
  for (const int rate : {44100, 48000, 96000}) {
    EXPECT_NEAR(measure({{20, both(-23)}}, rate).integratedLufs, -23.0, 0.1);
    EXPECT_NEAR(measure({{20, both(-33)}}, rate).integratedLufs, -33.0, 0.1);
    EXPECT_NEAR(measure({{10, both(-36)}, {60, both(-23)}, {10, both(-36)}}, rate).integratedLufs, -23.0, 0.1);
    EXPECT_NEAR(measure({{10, both(-72)}, {10, both(-36)}, {60, both(-23)}, {10, both(-36)}, {10, both(-72)}}, rate)
                    .integratedLufs,
                -23.0, 0.1);
    EXPECT_NEAR(measure({{20, both(-26)}, {20.1, both(-20)}, {20, both(-26)}}, rate).integratedLufs, -23.0, 0.1);
    EXPECT_NEAR(measure({{20, {-28, -28, -24, -30, -30}}}, rate).integratedLufs, -23.0, 0.1);
  }
}

// BS.1770-4, annex 1: a 997 Hz sine of full scale in one channel reads -3.01.
TEST(Loudness, OfAFullScaleSineIsTheStandards) {
  LoudnessMeter meter(kRate, 1);
  test::Channels x{test::sine(5 * kRate, 997.0, kRate, 1.0f)};
  meter.add(blockOf(x));
  EXPECT_NEAR(meter.result().integratedLufs, -3.01, 0.02);
}

// EBU Tech 3342, table 1, cases 1 to 4: +-1 LU.
TEST(Loudness, RangePassesTheCasesOfEbuTech3342) {
  EXPECT_NEAR(measure({{20, both(-20)}, {20, both(-30)}}).rangeLu, 10.0, 1.0);
  EXPECT_NEAR(measure({{20, both(-20)}, {20, both(-15)}}).rangeLu, 5.0, 1.0);
  EXPECT_NEAR(measure({{20, both(-40)}, {20, both(-20)}}).rangeLu, 20.0, 1.0);
  EXPECT_NEAR(measure({{20, both(-50)}, {20, both(-35)}, {20, both(-20)}, {20, both(-35)}, {20, both(-50)}}).rangeLu,
              15.0, 1.0);
}

TEST(Loudness, OfSilenceIsNotDefined) { EXPECT_TRUE(std::isnan(measure({{5, both(-200)}}).integratedLufs)); }

// EBU Tech 3341, cases 15 to 18: sines of 0.5 that miss their peaks, -6 dBTP +0.2 / -0.4.
TEST(TruePeak, IsFoundBetweenTheSamples) {
  for (const auto& [divisor, phase] : {std::pair{4.0, 0.0}, {4.0, 45.0}, {6.0, 60.0}, {8.0, 67.5}}) {
    Samples x(kRate);
    for (int i = 0; i < kRate; ++i)
      x[i] = static_cast<float>(0.5 * std::min({1.0, i / 4800.0, (kRate - i) / 4800.0}) *
                                std::sin(2.0 * M_PI * (i / divisor + phase / 360.0)));
    TruePeak meter;
    meter.add(x);
    const double db = 20.0 * std::log10(meter.peak());
    EXPECT_LT(db, -6.0206 + 0.2);
    EXPECT_GT(db, -6.0206 - 0.4);
  }
}

TEST(Clipping, CountsTheCutPeaksOfAToneAndKnowsTheirLevel) {
  Samples x = test::sine(kRate, 200.0, kRate, 0.8f);
  for (float& v : x) v = std::clamp(v, -0.6f, 0.5f);
  ClippingDetector detector;
  detector.add(x);
  EXPECT_NEAR(static_cast<double>(detector.result().peaks), 400.0, 2.0);
  EXPECT_NEAR(detector.result().level, 0.5, 0.01);
}

TEST(Clipping, FindsNoneInTonesAndVoicesThatAreWhole) {
  for (const double hz : {20.0, 50.0, 440.0, 3000.0}) {
    ClippingDetector detector;
    Samples x = test::sine(2 * kRate, hz, kRate, 0.999f);
    for (float& v : x) v = std::round(v * 32767.0f) / 32768.0f;
    detector.add(x);
    EXPECT_EQ(detector.result().peaks, 0) << hz;
  }
  ClippingDetector detector;
  detector.add(test::voice(5 * kRate, kRate));
  detector.add(test::whiteNoise(5 * kRate, 0.3f));
  EXPECT_EQ(detector.result().peaks, 0);
}

TEST(Hum, IsFoundUnderAVoiceWithItsFrequencyAndLevel) {
  for (const double hz : {50.02, 59.97, 100.0}) {
    Samples x = test::voice(20 * kRate, kRate);
    for (float& v : x) v *= 0.2f;
    double energy = 0.0;
    for (int h = 1; h <= 4; ++h) {
      const double amplitude = 0.02 / h;
      energy += amplitude * amplitude / 2.0;
      for (size_t i = 0; i < x.size(); ++i)
        x[i] += static_cast<float>(amplitude * std::sin(2.0 * M_PI * h * hz * static_cast<double>(i) / kRate));
    }
    HumDetector detector(kRate);
    detector.add(x.data(), static_cast<int>(x.size()));
    const Hum hum = detector.result();
    EXPECT_NEAR(hum.hz, hz, 0.1);
    EXPECT_GE(hum.harmonics, 3);
    EXPECT_NEAR(hum.db, 10.0 * std::log10(energy), 1.5);
  }
}

TEST(Hum, IsNotFoundInAVoiceOrNoise) {
  for (const Samples& x : {test::voice(20 * kRate, kRate), test::whiteNoise(20 * kRate, 0.1f)}) {
    HumDetector detector(kRate);
    detector.add(x.data(), static_cast<int>(x.size()));
    EXPECT_EQ(detector.result().hz, 0.0);
  }
}

TEST(Clicks, ArePlantedAndCounted) {
  Samples x = test::sum(test::voice(10 * kRate, kRate), test::whiteNoise(10 * kRate, 0.001f));
  for (int c = 0; c < 20; ++c) {
    const int at = 12345 + c * 22222;
    for (int i = 0; i < 3; ++i) x[at + i] += c % 2 ? 0.3f : -0.3f;
  }
  ClickDetector detector(kRate);
  detector.add(x.data(), static_cast<int>(x.size()));
  EXPECT_GE(detector.clicks(), 19);
  EXPECT_LE(detector.clicks(), 21);
}

TEST(Clicks, AreNoneInAVoiceOrNoise) {
  for (const Samples& x : {test::sum(test::voice(10 * kRate, kRate), test::whiteNoise(10 * kRate, 0.001f)),
                           test::whiteNoise(10 * kRate, 0.1f)}) {
    ClickDetector detector(kRate);
    detector.add(x.data(), static_cast<int>(x.size()));
    EXPECT_EQ(detector.clicks(), 0);
  }
}

TEST(Bandwidth, IsWhereTheContentEnds) {
  for (const int held : {8000, 16000, 32000}) {
    const Samples x = resample(test::whiteNoise(2 * held, 0.1f), held, kRate);
    BandwidthMeter meter(kRate);
    meter.add(x.data(), static_cast<int>(x.size()));
    EXPECT_NEAR(meter.result(), 0.96 * held / 2.0, 0.05 * held / 2.0);
  }
  const Samples full = test::whiteNoise(kRate, 0.1f);
  BandwidthMeter meter(kRate);
  meter.add(full.data(), kRate);
  EXPECT_GT(meter.result(), 23000.0);
}

TEST(NoiseLevel, OfAVoiceOverNoiseIsNearTheTruth) {
  const Samples voice = test::voice(20 * kRate, kRate);
  for (const float rms : {0.001f, 0.01f}) {
    NoiseLevelMeter meter(kRate);
    const Samples x = test::sum(voice, test::whiteNoise(20 * kRate, rms));
    meter.add(x.data(), static_cast<int>(x.size()));
    EXPECT_NEAR(meter.result().noiseDb, 20.0 * std::log10(rms), 1.0);
    // Two thirds of the time there is a voice.
    EXPECT_NEAR(meter.result().ratioDb, 10.0 * std::log10(1.5 * test::power(voice)) - 20.0 * std::log10(rms), 2.0);
  }
}

Inspection inspect(test::Channels x, int piece = 1 << 30) {
  auto inspector = Inspector::create(kRate, static_cast<int>(x.size()));
  EXPECT_TRUE(inspector);
  const int frames = static_cast<int>(x[0].size());
  for (int at = 0; at < frames; at += piece) {
    (*inspector)->add(test::blockOf(x, at, std::min(piece, frames - at)));
  }
  return (*inspector)->result();
}

bool has(const Inspection& report, const std::string& id) {
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) { return id == f.id; });
}

TEST(Inspector, GivesTheSameWhateverThePieces) {
  const Samples x = test::sum(test::voice(3 * kRate, kRate), test::whiteNoise(3 * kRate, 0.01f));
  const auto whole = measured(inspect({x})), pieces = measured(inspect({x}, 777));
  for (size_t i = 0; i < whole.size(); ++i) {
    if (!std::isnan(whole[i].value)) {
      EXPECT_DOUBLE_EQ(whole[i].value, pieces[i].value) << whole[i].id;
    }
  }
}

TEST(Inspector, FindsNoiseAndWhatIsWrongBetweenChannels) {
  const Samples voice = test::sum(test::voice(6 * kRate, kRate), test::whiteNoise(6 * kRate, 0.00005f));
  const Samples noisy = test::sum(voice, test::whiteNoise(6 * kRate, 0.03f)), silence(voice.size(), 0.0f);
  Samples inverted = voice, offset = voice, soft = voice;
  for (float& v : inverted) v = -v;
  for (float& v : offset) v += 0.05f;
  for (float& v : soft) v *= 0.2f;
  EXPECT_FALSE(has(inspect({voice}), "noise"));
  EXPECT_TRUE(has(inspect({noisy}), "noise"));
  EXPECT_FALSE(has(inspect({voice}), "channels"));
  for (const Samples& other : {silence, inverted, offset, soft, voice})
    EXPECT_TRUE(has(inspect({voice, other}), "channels"));
  EXPECT_TRUE(inspect({voice, inverted}).channels.inverted);
  EXPECT_TRUE(inspect({voice, voice}).channels.identical);
  EXPECT_NEAR(inspect({voice, soft}).channels.balanceDb, 13.98, 0.01);
}

TEST(Inspector, ToleratesWhatAMixerLeavesBehind) {
  const Samples voice = test::sum(test::voice(6 * kRate, kRate), test::whiteNoise(6 * kRate, 0.00005f)),
                silence(voice.size(), 0.0f);
  EXPECT_FALSE(has(inspect({voice, voice, voice, silence, voice, voice}), "channels"));  // 5.1 without effects
  test::Channels offsets{test::whiteNoise(kRate, 0.05f, 1), test::whiteNoise(kRate, 0.05f, 2)};
  for (float& v : offsets[0]) v += 0.1f;
  for (float& v : offsets[1]) v -= 0.1f;
  EXPECT_FALSE(inspect(offsets).channels.inverted);
  Samples huge = test::whiteNoise(kRate, 1.0f);
  for (float& v : huge) v = v > 0.0f ? 3e38f : -3e38f;
  for (const Measured& m : measured(inspect({huge}))) EXPECT_FALSE(std::isinf(m.value)) << m.id;
}

TEST(QuietStretch, IsThePauseWithTheLeastNoise) {
  // Ten seconds of a voice with noise; pauses from 4 to 5.5 s, and from 8 to 9.5 s with more noise; digital silence at the end.
  Samples x = test::voice(10 * kRate, kRate);
  const Samples noise = test::whiteNoise(10 * kRate, 0.003f);
  for (int i = 0; i < 10 * kRate; ++i) {
    const double t = static_cast<double>(i) / kRate;
    if ((t > 4.0 && t < 5.5) || (t > 8.0 && t < 9.5)) x[i] = 0.0f;
    x[i] += t > 8.0 ? 2.0f * noise[i] : noise[i];
  }
  x.resize(12 * kRate, 0.0f);
  const auto found = inspect({x}).quiet;
  ASSERT_TRUE(found);
  EXPECT_GE(found->from, 4.0);
  EXPECT_LE(found->to, 5.5);
  EXPECT_NEAR(found->to - found->from, 0.33, 1e-9);
  EXPECT_FALSE(inspect({Samples(5 * kRate, 0.0f)}).quiet);
  EXPECT_FALSE(inspect({Samples(kRate / 4, 0.01f)}).quiet);
}

TEST(Inspector, HearsReverberationInTheLoudestPartOfAMinuteOnly) {
  Samples intro = test::whiteNoise(12 * kRate, 0.0005f);
  const Samples voice = test::voice(10 * kRate, kRate);
  const double alone = inspect({voice}).srmr;
  intro.insert(intro.end(), voice.begin(), voice.end());
  EXPECT_NEAR(inspect({intro}).srmr, alone, 0.1 * alone);
}

TEST(TruePeak, LooksAtTheLastSamplesToo) {
  TruePeak middle, end;
  for (TruePeak* meter : {&middle, &end}) meter->add(Samples{0.0f, 0.0f, 0.9f, 0.9f, -0.9f, -0.9f});
  middle.add(Samples(100, 0.0f));
  EXPECT_FLOAT_EQ(end.peak(), middle.peak());
  EXPECT_GT(end.peak(), 1.0f);
}

TEST(Inspector, TakesSilenceNansAndNothingAtAll) {
  Samples broken = test::voice(kRate, kRate);
  broken[5] = std::numeric_limits<float>::quiet_NaN();
  broken[6] = std::numeric_limits<float>::infinity();
  for (const Measured& m : measured(inspect({broken}))) EXPECT_FALSE(std::isinf(m.value)) << m.id;
  EXPECT_TRUE(has(inspect({Samples(kRate, 0.0f)}), "channels"));  // silent
  EXPECT_TRUE(inspect({Samples(0)}).findings.empty());
  EXPECT_FALSE(Inspector::create(4000.0, 1));
  EXPECT_FALSE(Inspector::create(48000.0, 9));
}

}  // namespace
}  // namespace rinse
