// What the voice network sees: the same at any level and rate, bounded, and its mask is applied where it belongs.
#include "nn/voice_frame.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "signals.h"

namespace rinse::nn {
namespace {

using Spectrum = std::vector<std::complex<float>>;

Spectrum spectrum(int bins, uint32_t seed, float gain) {
  const auto x = test::whiteNoise(2 * bins, gain, seed);
  Spectrum s(bins);
  for (int k = 0; k < bins; ++k) s[k] = {x[2 * k], x[2 * k + 1]};
  return s;
}

std::vector<float> seen(int bins, float gain) {
  VoiceFrame frame;
  std::vector<float> input(VoiceFrame::kPositions * VoiceFrame::kInputs);
  for (uint32_t t = 1; t <= 20; ++t) frame.input(spectrum(bins, t, gain), input.data());
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
