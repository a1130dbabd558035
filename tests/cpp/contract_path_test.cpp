// The contract: how the input comes through, after what time, dry and wet.
#include "contract.h"

namespace rinse::test {
namespace {

TEST_P(Contract, ImpulseComesOutAfterExactlyItsLatency) {
  for (const double rate : {8000.0, 16000.0, 44100.0, 48000.0, 96000.0, 192000.0}) {
    auto e = engine(neutral(), rate);
    const int at = static_cast<int>(rate / 10);
    Channels x = {std::vector<float>(static_cast<size_t>(rate / 2) + e->latency(), 0.0f)};
    x[0][at] = 1.0f;
    run(*e, x, {128});
    const auto peak =
        std::max_element(x[0].begin(), x[0].end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
    EXPECT_EQ(peak - x[0].begin() - at, e->latency()) << rate;
  }
}

TEST_P(Contract, VoiceComesOutAfterItsLatencyWhileWorking) {
  auto e = engine();
  const int frames = 96000 + e->latency();
  const std::vector<float> input = voice(frames, 48000.0);
  Channels x = {sum(input, whiteNoise(frames, 0.003f))};
  run(*e, x, {128});
  double best = 0.0;
  int lag = -1;
  for (int candidate = std::max(0, e->latency() - 1000); candidate < e->latency() + 1000; ++candidate) {
    double dot = 0.0;
    for (int i = 24000; i + candidate < frames; ++i) dot += input[i] * x[0][i + candidate];
    if (dot > best) best = dot, lag = candidate;
  }
  // Complex gains turn phases a little, which moves the peak by a sample; that the latency itself is exact, the null
  // test says.
  EXPECT_NEAR(lag, e->latency(), 1);
}

TEST_P(Contract, LatencyKeepsItsPromise) {
  if (!info().live) {
    EXPECT_GT(engine()->latency(), 960);  // else it is live
    EXPECT_LE(engine()->latency(), 10 * 48000);
    return;
  }
  for (const double rate : {8000.0, 11025.0, 16000.0, 22050.0, 44100.0, 48000.0, 96000.0, 192000.0}) {
    EXPECT_LE(engine(rate)->latency(), rate * (GetParam().lowLatency ? 0.012 : 0.020)) << rate;
  }
}

TEST_P(Contract, SilenceInSilenceOut) {
  auto e = engine();
  const std::vector<float> silence(48000 + e->latency(), 0.0f);
  Channels x = {silence};
  run(*e, x, {480});
  EXPECT_EQ(x[0], silence);
}

TEST_P(Contract, ADeadChannelStaysDeadAndDoesNotStopTheOther) {
  auto e = engine(48000.0, 2);
  Channels x = noisyVoice(48000 + e->latency(), 48000.0, 2);
  std::fill(x[1].begin(), x[1].end(), 0.0f);
  run(*e, x, {480});
  const bool joins = std::string_view(GetParam().effect).starts_with("beamform");  // gives every channel the same
  if (!joins) {
    EXPECT_EQ(power(x[1]), 0.0);
  }
  EXPECT_GT(power(x[0]), 0.0);
}

TEST_P(Contract, RunsAtEveryRateAndChannelCount) {
  // Those for files take their time.
  const bool live = info().live;
  const auto rates = live ? std::vector{8000.0, 11025.0, 16000.0, 44100.0, 47999.0, 48000.0, 96000.0, 192000.0}
                          : std::vector{8000.0, 44100.0, 192000.0};
  for (const double rate : rates) {
    for (const int channels : live ? std::vector{1, 2, 6, 8} : std::vector{1, rate > 8000.0 ? 1 : 8}) {
      auto e = engine(rate, channels);
      Channels x = noisyVoice(static_cast<int>(rate / 4) + e->latency(), rate, channels);
      run(*e, x, {1024});
      EXPECT_TRUE(allFinite(x, 4.0f)) << rate << " Hz, " << channels << " channels";
      EXPECT_GT(power(x[channels - 1]), 0.0);
    }
  }
}

TEST_P(Contract, NeutralSettingGivesTheInputBack) {
  auto e = engine(neutral(), 48000.0, 2);
  const Channels input = noisyVoice(48000 + e->latency(), 48000.0, 2);
  Channels x = input;
  run(*e, x, {700});
  for (size_t c = 0; c < x.size(); ++c) {
    for (size_t i = e->latency(); i < x[c].size(); ++i) ASSERT_NEAR(x[c][i], input[c][i - e->latency()], 1e-6f) << i;
  }
}

TEST_P(Contract, BypassIsTheDelayedInputAndClicksNowhere) {
  auto e = engine();
  const int on = (30000 + e->latency()) / 100 * 100, off = on + 30000, frames = off + 36000;
  const std::vector<float> input = sine(frames, 220.0, 48000.0, 0.5f);
  Channels x = {input};
  for (int at = 0; at + 100 <= frames; at += 100) {
    if (at == on || at == off) e->bypass(at == on);
    e->process(blockOf(x, at, 100));
  }
  for (int i = on + 960; i < off; ++i) ASSERT_EQ(x[0][i], input[i - e->latency()]) << i;
  // A sine of amplitude A at w rad/sample has second differences of A w^2 at most. A click would be a step: 0.01 is far
  // above what gains and the glide do to the sine, and far below a step between the two paths.
  const double smooth = 0.5 * std::pow(2.0 * M_PI * 220.0 / 48000.0, 2);
  for (int i = on - 5000; i < off + 5000; ++i) {
    ASSERT_LT(std::abs(x[0][i + 1] - 2.0f * x[0][i] + x[0][i - 1]), smooth + 0.002) << i;
  }
}

TEST_P(Contract, HalfMixIsHalfWayBetweenDryAndWet) {
  auto e = engine();
  const Channels input = noisyVoice(24000 + e->latency(), 48000.0, 1);
  Channels wet = input, half = input;
  run(*e, wet, {256});
  Recipe r = recipe();
  r.chain[0].mix = 0.5f;
  run(*engine(r), half, {256});
  for (size_t i = 4800 + e->latency(); i < half[0].size(); ++i) {
    ASSERT_NEAR(half[0][i], 0.5f * (input[0][i - e->latency()] + wet[0][i]), 2e-6f) << i;
  }
}

}  // namespace
}  // namespace rinse::test
