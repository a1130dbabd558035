// What the voice network sees: the same at any level and rate, bounded, and its mask is applied where it belongs.
#include "nn/voice_frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "signals.h"

namespace rinse::nn {
namespace {

using Spectrum = std::vector<std::complex<float>>;

/// White noise, the frame of that number: neighbouring seeds alone would give numbers that depend on each other.
Spectrum spectrum(int bins, int frame, float gain) {
  constexpr int kMostFrames = 21;
  const auto x = test::whiteNoise(kMostFrames * 2 * bins, gain, 1);
  Spectrum s(bins);
  for (int k = 0; k < bins; ++k) s[k] = {x[2 * (frame * bins + k)], x[2 * (frame * bins + k) + 1]};
  return s;
}

std::vector<float> seen(int bins, float gain) {
  VoiceFrame frame;
  std::vector<float> input(VoiceFrame::kPositions * VoiceFrame::kInputs);
  for (int t = 1; t <= 20; ++t) frame.input(spectrum(bins, t, gain), input.data());
  return input;
}

TEST(VoiceFrame, DoesNotMindTheLevel) {
  const auto soft = seen(481, 0.01f), loud = seen(481, 10.0f);
  for (size_t i = 0; i < soft.size(); ++i) EXPECT_NEAR(soft[i], loud[i], 0.01f * std::abs(loud[i]) + 1e-3f);
}

TEST(VoiceFrame, SeesTheSameBinsAtALowerRateAndSilenceAbove) {
  const auto narrow = seen(161, 1.0f), wide = seen(481, 1.0f);
  double level = 0.0, above = 0.0;
  for (int p = 0; p < VoiceFrame::kPositions; ++p) {
    if (p < VoiceFrame::kBins) level += narrow[p * VoiceFrame::kInputs] / VoiceFrame::kBins;
    if (p >= VoiceFrame::kBins && VoiceFrame::edges()[p - VoiceFrame::kBins] >= 161)
      above = std::max<double>(above, narrow[p * VoiceFrame::kInputs]);
  }
  EXPECT_NEAR(level, 1.0, 0.2);
  EXPECT_LT(above, 0.02);  // the floor of the compression over a level of one
  EXPECT_GT(wide[(VoiceFrame::kPositions - 1) * VoiceFrame::kInputs], 0.5f);
}

TEST(VoiceFrame, BoundsWhatFollowsSilence) {
  VoiceFrame frame;
  std::vector<float> input(VoiceFrame::kPositions * VoiceFrame::kInputs);
  for (int t = 0; t < 300; ++t) frame.input(Spectrum(481), input.data());
  frame.input(spectrum(481, 1, 100.0f), input.data());
  for (const float v : input) EXPECT_LE(std::abs(v), 10.0f);
}

TEST(VoiceFrame, ASteadyToneStandsStill) {
  const test::Channels tone = {test::sine(48000, 350.0, 48000.0, 0.0001f)};  // bin 7
  VoiceFrame frame;
  std::vector<float> input(VoiceFrame::kPositions * VoiceFrame::kInputs), before;
  for (int t = 0; t < 20; ++t) {
    Spectrum s(481);
    for (int k = 0; k < 481; ++k) {
      for (int n = 0; n < 960; ++n)
        s[k] += tone[0][t * 480 + n] * std::polar(1.0f, static_cast<float>(-2.0 * M_PI * k * n / 960));
      if (k > 8) break;
    }
    before = input;
    frame.input(s, input.data());
  }
  const auto phase = [](const std::vector<float>& x) {
    return std::atan2(x[7 * VoiceFrame::kInputs + 2], x[7 * VoiceFrame::kInputs + 1]);
  };
  EXPECT_NEAR(phase(input), phase(before), 0.01f);
}

constexpr int kTones = 3, kFloor = kTones + VoiceFrame::kTones, kMean = kFloor + 1;  // where they stand in an input

TEST(VoiceFrame, TellsWhereInABinAToneLies) {
  for (const int k : {20, 21}) {
    for (int j = 0; j < VoiceFrame::kTones; ++j) {
      const double hz = VoiceFrame::kBinHz * (k + (j - 1.0) / VoiceFrame::kTones);
      VoiceFrame frame;
      std::vector<float> input(VoiceFrame::kPositions * VoiceFrame::kInputs);
      for (int t = 0; t < VoiceFrame::kTaps; ++t) {
        Spectrum s(481);
        std::fill(s.begin() + 40, s.end(), 0.05f);  // or the tone would be far above the mean, where inputs end
        s[k] = std::polar(1.0f, static_cast<float>(2.0 * M_PI * hz * VoiceFrame::kHopSeconds * t));
        frame.input(s, input.data());
      }
      // A Hann window over five frames: whole where the tone is, half of it beside, nothing further off.
      const float* seen = &input[k * VoiceFrame::kInputs];
      constexpr float kExpected[] = {1.0f, 0.5f, 0.0f};
      for (int i = 0; i < VoiceFrame::kTones; ++i)
        EXPECT_NEAR(seen[kTones + i] / seen[0], std::pow(kExpected[std::abs(i - j)], 0.3f), 0.02f)
            << hz << " Hz, finer bin " << i;
    }
  }
}

TEST(VoiceFrame, TheFloorStaysThroughASyllableAndFallsBehindIt) {
  for (const int p : {30, VoiceFrame::kBins + 4}) {
    VoiceFrame frame;
    std::vector<float> input(VoiceFrame::kPositions * VoiceFrame::kInputs);
    const auto over = [&](int what) { return input[p * VoiceFrame::kInputs + what] / input[p * VoiceFrame::kInputs]; };
    const auto hear = [&](float magnitude, int frames) {
      for (int t = 0; t < frames; ++t) frame.input(Spectrum(481, magnitude), input.data());
    };
    hear(0.01f, 300);
    EXPECT_NEAR(over(kFloor), 1.0f, 0.01f) << p;
    EXPECT_NEAR(over(kMean), 1.0f, 0.01f) << p;
    hear(0.1f, 20);  // compressed it is twice as much: in 0.2 s up by a tenth of the step and by a fifth
    EXPECT_NEAR(over(kFloor), 0.55f, 0.02f) << p;
    EXPECT_NEAR(over(kMean), 0.59f, 0.02f) << p;
    hear(0.01f, 20);
    EXPECT_NEAR(over(kFloor), 1.0f, 0.01f) << p;
    EXPECT_GT(over(kMean), 1.1f) << p;
  }
}

TEST(VoiceFrame, RemembersNothingAfterAReset) {
  VoiceFrame frame;
  std::vector<float> first(VoiceFrame::kPositions * VoiceFrame::kInputs), again(first.size());
  frame.input(spectrum(481, 1, 1.0f), first.data());
  for (int t = 2; t <= 4; ++t) frame.input(spectrum(481, t, 3.0f), again.data());
  frame.reset();
  frame.input(spectrum(481, 1, 1.0f), again.data());
  EXPECT_EQ(first, again);
}

TEST(VoiceFrame, BoundsTheTapsAndGivesBandsTheirGain) {
  constexpr int kOutputs = VoiceFrame::kOutputs, kTaps = VoiceFrame::kTaps;
  std::vector<float> output(VoiceFrame::kPositions * kOutputs, 0.0f);
  output[kOutputs * 7] = 30.0f;          // bin 7: wide open
  output[kOutputs * 8 + 1] = -0.5f;      // bin 8: turned
  output[kOutputs * 9 + 2 * 1] = 0.25f;  // bin 9: the frame before
  for (int b = 0; b < VoiceFrame::kBands; ++b) output[kOutputs * (VoiceFrame::kBins + b)] = b == 3 ? 20.0f : -20.0f;
  Spectrum filter(VoiceFrame::kBins * kTaps);
  std::vector<float> gain(481);
  VoiceFrame::answer(output.data(), 0, filter, gain);
  EXPECT_NEAR(std::abs(filter[7 * kTaps] - std::complex<float>(1.0f, 0.0f)), 0.0f, 1e-5f);
  EXPECT_NEAR(filter[8 * kTaps].imag(), -std::tanh(0.5f), 1e-5f);
  EXPECT_NEAR(filter[9 * kTaps + 1].real(), -std::tanh(0.25f), 1e-5f);  // an odd bin, a hop ago
  for (int k = VoiceFrame::kBins; k < 481; ++k) {
    const bool open = k >= VoiceFrame::edges()[3] && k < VoiceFrame::edges()[4];
    EXPECT_NEAR(gain[k], open ? 1.0f : 0.0f, 1e-4f) << k;
  }
  // Where it looks ahead, a band's gain stands at the tap of the frame meant; the taps are as they were.
  const Spectrum before = filter;
  for (int b = 0; b < VoiceFrame::kBands; ++b)
    output[kOutputs * (VoiceFrame::kBins + b) + 2 * VoiceFrame::kAhead] = 20.0f;
  VoiceFrame::answer(output.data(), VoiceFrame::kAhead, filter, gain);
  EXPECT_EQ(filter, before);
  for (int k = VoiceFrame::kBins; k < 481; ++k) EXPECT_NEAR(gain[k], 1.0f, 1e-4f) << k;
}

}  // namespace
}  // namespace rinse::nn
