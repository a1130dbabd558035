// Effects one after another.
#include "core/chain.h"

#include <gtest/gtest.h>

#include "probes.h"
#include "signals.h"

namespace rinse {
namespace {

using test::Channels;
using test::Lag;
using test::make;
using test::Probe;

TEST(Chain, NeighboursShareOneTransformAndPayItsLatencyOnce) {
  auto [a, rawA] = make<Probe>(0.5f);
  auto [b, rawB] = make<Probe>(0.5f);
  std::vector<EffectPtr> effects;
  effects.push_back(std::move(a)), effects.push_back(std::move(b));
  Chain chain(std::move(effects), FrameKind::House);
  chain.prepare({48000.0, 1, 480});
  EXPECT_EQ(chain.latency(), 960);
  const std::vector<float> input = test::whiteNoise(9600, 0.5f);
  Channels x = {input};
  test::run(chain, x, {480});
  EXPECT_EQ(rawA->frames, 20);
  EXPECT_EQ(rawB->frames, 20);
  for (size_t i = 960; i < input.size(); ++i) ASSERT_NEAR(x[0][i], 0.25f * input[i - 960], 1e-6f);
}

TEST(Chain, AddsUpTheLatenciesOfDifferentKinds) {
  auto [a, rawA] = make<Lag>(100, 0, 0);
  auto [b, rawB] = make<Probe>(1.0f);
  auto [c, rawC] = make<Lag>(7, 0, 64);
  std::vector<EffectPtr> effects;
  effects.push_back(std::move(a)), effects.push_back(std::move(b)), effects.push_back(std::move(c));
  Chain chain(std::move(effects), FrameKind::House);
  chain.prepare({48000.0, 2, 512});
  EXPECT_EQ(chain.latency(), 100 + 960 + 64 + 7);
  Channels x(2, std::vector<float>(4096, 0.0f));
  x[1][50] = 1.0f;
  test::run(chain, x, {512, 1, 100});
  EXPECT_NEAR(x[1][50 + chain.latency()], 1.0f, 1e-6f);
  EXPECT_TRUE(rawC->sizesOk);
  EXPECT_EQ(rawC->spec.maxFrames, 64);
}

TEST(Chain, BypassedTimeEffectIsItsDelayedInput) {
  class Mute : public Lag {
   public:
    Mute() : Lag(40, 0, 0) {}
    void process(Block b) noexcept override {
      for (int c = 0; c < b.channels; ++c) std::fill_n(b[c], b.frames, 0.0f);
    }
  };
  auto [a, raw] = make<Mute>();
  std::vector<EffectPtr> effects;
  effects.push_back(std::move(a));
  Chain chain(std::move(effects), FrameKind::House);
  chain.mix(0, 0.0f);
  chain.prepare({48000.0, 1, 100});
  const std::vector<float> input = test::whiteNoise(2000, 0.5f);
  Channels x = {input};
  test::run(chain, x, {100});
  for (size_t i = 40; i < input.size(); ++i) ASSERT_EQ(x[0][i], input[i - 40]);
}

TEST(Chain, EmptyChainTouchesNothing) {
  Chain chain({}, FrameKind::House);
  chain.prepare({48000.0, 1, 100});
  EXPECT_EQ(chain.latency(), 0);
  const std::vector<float> input = test::whiteNoise(2000, 0.5f);
  Channels x = {input};
  test::run(chain, x, {100});
  EXPECT_EQ(x[0], input);
}

TEST(Chain, NeighboursAtOneRateShareTheResampler) {
  auto [a, rawA] = make<Lag>(0, 16000, 0);
  auto [b, rawB] = make<Lag>(0, 16000, 160);
  std::vector<EffectPtr> one, two;
  {
    auto [alone, rawAlone] = make<Lag>(0, 16000, 0);
    one.push_back(std::move(alone));
  }
  two.push_back(std::move(a)), two.push_back(std::move(b));
  Chain single(std::move(one), FrameKind::House), both(std::move(two), FrameKind::House);
  single.prepare({48000.0, 1, 480});
  both.prepare({48000.0, 1, 480});
  EXPECT_EQ(both.latency(), single.latency() + 3 * 160);
  EXPECT_EQ(rawA->spec.sampleRate, 16000.0);
  EXPECT_EQ(rawB->spec.maxFrames, 160);
}

}  // namespace
}  // namespace rinse
