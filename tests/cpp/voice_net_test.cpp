// The voice networks with the weights that ship: equal to PyTorch (tests/golden/voice.safetensors, written by
// models/voice/export.py); what they hear twice and what they forget.
#include <gtest/gtest.h>

#include <algorithm>
#include <complex>

#include "cli/weights_file.h"
#include "nn/voice_listener.h"
#include "signals.h"

namespace rinse {
namespace {

TEST(VoiceNet, IsPyTorchs) {
  using nn::VoiceFrame;
  auto golden = cli::readWeights(RINSE_SOURCE "/tests/golden/voice.safetensors");
  ASSERT_TRUE(golden) << golden.error();
  constexpr int kFrames = 40, kPositions = VoiceFrame::kPositions;
  auto inputs = golden->weights.take("inputs", {kFrames, kPositions, VoiceFrame::kInputs}),
       outputs = golden->weights.take("output", {2, kFrames, kPositions, VoiceFrame::kOutputs}),
       heads = golden->weights.take("heads", {kFrames, 2});
  auto net = nn::VoiceNet::create(cli::models().find("voice")->second);
  ASSERT_TRUE(net) << net.error();
  constexpr int kAnswer = kPositions * VoiceFrame::kOutputs;
  for (const char* time : {"first", "after a reset"}) {
    for (int t = 0; t < kFrames; ++t) {
      const auto answer = (*net)((*inputs).data() + t * kPositions * VoiceFrame::kInputs);
      const float *expected = (*outputs).data() + t * kAnswer, *again = expected + kFrames * kAnswer;
      for (int i = 0; i < kAnswer; ++i) {
        ASSERT_NEAR(answer.output[i], expected[i], 1e-4) << time << ", frame " << t << ", value " << i;
        ASSERT_NEAR(answer.again[i], again[i], 1e-4) << time << ", frame " << t << ", value " << i << " again";
      }
      EXPECT_NEAR(answer.speech, (*heads)[2 * t], 1e-4);
      EXPECT_NEAR(answer.music, (*heads)[2 * t + 1], 1e-4);
    }
    net->reset();
  }
}

TEST(VoiceNet, BetweenItsBlocksNoneMayLack) {
  nn::Weights weights = cli::models().find("voice")->second;
  const float value = 1.0f;
  ASSERT_EQ(weights.add("middle.4.along_norm.bias", {nn::Type::f32, {1}, std::as_bytes(std::span(&value, 1))}), "");
  const auto net = nn::VoiceNet::create(weights);
  ASSERT_FALSE(net);
  EXPECT_NE(net.error().find("middle.3."), std::string::npos) << net.error();
}

/// Answers to frames made of these numbers, each part after what came before was forgotten; what the network still
/// holds comes out behind silence.
std::vector<std::vector<float>> answersTo(const std::vector<std::vector<float>>& parts) {
  using nn::VoiceFrame;
  constexpr int kIn = VoiceFrame::kPositions * VoiceFrame::kInputs;
  auto net = nn::VoiceNet::create(cli::models().find("voice-ahead")->second);
  EXPECT_TRUE(net) << net.error();
  std::vector<std::vector<float>> answers;
  int heard = 0;
  const auto hear = [&](const float* frame) {
    const auto answer = (*net)(frame);
    if (heard++ < net->delay()) return;
    answers.emplace_back(answer.output, answer.output + VoiceFrame::kPositions * VoiceFrame::kOutputs);
    answers.back().push_back(answer.speech);
  };
  for (const auto& part : parts) {
    for (size_t at = 0; at + kIn <= part.size(); at += kIn) hear(&part[at]);
    net->forget();
  }
  for (int t = 0; t < net->delay(); ++t) hear(std::vector<float>(kIn).data());
  return answers;
}

TEST(VoiceNet, AheadForgetsInBothDirections) {
  constexpr int kFrames = 2 * nn::AheadPath::kChunk, kIn = nn::VoiceFrame::kPositions * nn::VoiceFrame::kInputs;
  const auto part = [](unsigned seed) { return test::whiteNoise(kFrames * kIn, 1.0f, seed); };
  const auto whole = answersTo({part(1), part(2)}), other = answersTo({part(1), part(3)}), alone = answersTo({part(2)});
  ASSERT_EQ(whole.size(), 2u * kFrames);
  for (int t = 0; t < kFrames; ++t) {
    EXPECT_EQ(whole[t], other[t]) << "what follows is heard in frame " << t;
    EXPECT_EQ(whole[kFrames + t], alone[t]) << "what was is heard in frame " << t;
  }
  EXPECT_NE(whole[kFrames], other[kFrames]);
}

using Spectra = std::vector<std::vector<std::complex<float>>>;

Spectra noiseSpectra(int frames, unsigned seed) {
  constexpr int kBins = 481;
  const auto x = test::whiteNoise(frames * kBins * 2, 1.0f, seed);
  Spectra all;
  for (int t = 0; t < frames; ++t) {
    auto& spectrum = all.emplace_back(kBins);
    for (int k = 0; k < kBins; ++k) spectrum[k] = {x[2 * (t * kBins + k)], x[2 * (t * kBins + k) + 1]};
  }
  return all;
}

/// A listener's answers to these, and those of a network that heard the first `before` of them once already.
void expectHeardBefore(const Spectra& spectra, int before) {
  const nn::Weights& weights = cli::models().find("voice-ahead")->second;
  nn::VoiceListener listener(std::move(*nn::VoiceNet::create(weights)));
  listener.prepare(static_cast<int>(spectra[0].size()));
  auto net = std::move(*nn::VoiceNet::create(weights));
  nn::VoiceFrame frame;
  std::vector<float> input(nn::VoiceFrame::kPositions * nn::VoiceFrame::kInputs);
  const auto hear = [&](const auto& spectrum) {
    frame.input(spectrum, input.data());
    return net(input.data());
  };
  for (int t = 0; t < before; ++t) hear(spectra[t]);
  const int end = static_cast<int>(spectra.size());
  for (int t = 0; t < end; ++t) {
    const auto found = listener(spectra[t]);
    const int sooner = t - nn::VoiceListener::kTwice;  // the network alone answers so much sooner
    if (sooner < 0) {
      EXPECT_EQ(found.output[0], 0.0f);
      continue;
    }
    const auto expected = hear(spectra[sooner]);
    if (t < listener.delay()) continue;
    for (int i = 0; i < nn::VoiceFrame::kPositions * nn::VoiceFrame::kOutputs; ++i)
      ASSERT_EQ(found.output[i], expected.output[i]) << "frame " << t << ", value " << i;
    ASSERT_EQ(found.speech, expected.speech);
  }
}

TEST(VoiceListener, HearsTheFirstSecondsTwice) {
  expectHeardBefore(noiseSpectra(nn::VoiceListener::kTwice + 400, 1), nn::VoiceListener::kTwice);
}

TEST(VoiceListener, HearsAShortRecordingTwiceWithoutTheSilenceBehindIt) {
  Spectra spectra = noiseSpectra(nn::VoiceListener::kTwice + 400, 2);
  for (size_t t = 101; t < spectra.size(); ++t) std::ranges::fill(spectra[t], 0.0f);
  expectHeardBefore(spectra, 102);
}

TEST(VoiceNet, RefusesWeightsOfAnotherNetwork) {
  auto other = cli::readWeights(RINSE_SOURCE "/tests/golden/nn.safetensors");
  ASSERT_TRUE(other);
  const auto net = nn::VoiceNet::create(other->weights);
  ASSERT_FALSE(net);
  EXPECT_NE(net.error().find("the weights hold no "), std::string::npos) << net.error();
}

}  // namespace
}  // namespace rinse
