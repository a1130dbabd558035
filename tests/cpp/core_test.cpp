// The adapters and the chain.
#include <gtest/gtest.h>

#include "allocations.h"
#include "core/at_rate.h"
#include "core/chain.h"
#include "core/framed.h"
#include "core/spectral.h"
#include "signals.h"

namespace rinse {
namespace {

using test::Channels;

/// Counts its frames, leaves the spectra alone or multiplies them.
class Probe : public SpectralEffect {
 public:
  explicit Probe(float gain = 1.0f) : SpectralEffect({}), gain_(gain) {}
  void prepare(const SpectralSpec& s) override { spec = s; }
  void process(SpectralFrame f) noexcept override {
    ++frames;
    for (int c = 0; c < f.channels; ++c) {
      for (int k = 0; k < f.bins; ++k) f.spectrum[c][k] *= gain_;
    }
  }
  void reset() noexcept override { frames = 0; }
  SpectralSpec spec{};
  int frames = 0;

 private:
  float gain_;
};

/// Delays by `delay` samples at the rate it asks for; notes rate and block sizes.
class Lag : public TimeEffect {
 public:
  Lag(int delay, int rate, int frame) : TimeEffect({}), delay_(delay), rate_(rate), frame_(frame) {}
  int requiredRate() const override { return rate_; }
  int requiredFrame() const override { return frame_; }
  void prepare(const Spec& s) override { spec = s, lines_.assign(s.channels, Delay(delay_)); }
  void process(Block b) noexcept override {
    sizesOk = sizesOk && (frame_ == 0 || b.frames == frame_) && b.frames <= spec.maxFrames;
    for (int c = 0; c < b.channels; ++c) lines_[c].process(b[c], b[c], b.frames);
  }
  void reset() noexcept override {
    for (Delay& d : lines_) d.reset();
  }
  int latency() const noexcept override { return delay_; }
  Spec spec{};
  bool sizesOk = true;

 private:
  int delay_, rate_, frame_;
  std::vector<Delay> lines_;
};

template <class E, class... A>
std::pair<EffectPtr, E*> make(A... args) {
  auto owned = std::make_unique<E>(args...);
  E* raw = owned.get();
  if constexpr (std::is_base_of_v<TimeEffect, E>)
    return {EffectPtr(std::unique_ptr<TimeEffect>(std::move(owned))), raw};
  else
    return {EffectPtr(std::unique_ptr<SpectralEffect>(std::move(owned))), raw};
}

TEST(Spectral, ReconstructsToAMillionth) {
  for (const FrameKind kind : {FrameKind::House, FrameKind::LowLatency}) {
    for (const double rate : {8000.0, 22050.0, 44100.0, 48000.0, 47999.0, 192000.0}) {
      Probe probe;
      Spectral s(kind);
      s.add(probe);
      s.prepare({rate, 1, 1000});
      const std::vector<float> input = test::whiteNoise(static_cast<int>(rate / 3), 0.5f);
      Channels x = {input};
      test::run(s, x, {1000, 3});
      for (size_t i = s.latency(); i < input.size(); ++i)
        ASSERT_NEAR(x[0][i], input[i - s.latency()], 1e-6f) << rate << " " << i;
    }
  }
}

TEST(Spectral, TellsItsEffectsTheTruthAboutWhiteNoise) {
  class Power : public Probe {
   public:
    void process(SpectralFrame f) noexcept override {
      ++frames;
      for (int k = 2; k < f.bins - 2; ++k) sum += std::norm(f.spectrum[0][k]) / (f.bins - 4);
    }
    double sum = 0.0;
  } probe;
  Spectral s(FrameKind::House);
  s.add(probe);
  s.prepare({48000.0, 1, 480});
  Channels x = {test::whiteNoise(96000, 0.1f)};
  test::run(s, x, {480});
  EXPECT_NEAR(test::db(probe.sum / probe.frames / (0.01 * probe.spec.windowEnergy)), 0.0, 0.2);
}

TEST(Spectral, AnEffectThatLooksAheadHearsEachFrameBeforeItsTurn) {
  class Early : public Probe {
   public:
    Early() : Probe(0.5f) {}
    int lookAhead() const noexcept override { return 3; }
    void hear(const SpectralFrame& f) noexcept override { heard.push_back(f.spectrum[1][10]); }
    void process(SpectralFrame f) noexcept override {
      got.push_back(f.spectrum[1][10]);
      Probe::process(f);
    }
    std::vector<std::complex<float>> heard, got;
  } early;
  Spectral s(FrameKind::House);
  s.add(early);
  s.prepare({48000.0, 2, 480});
  EXPECT_EQ(s.latency(), 5 * 480);
  const std::vector<float> input = test::whiteNoise(24000, 0.5f);
  for (const float wet : {1.0f, 0.5f}) {  // what it is mixed with waits as long
    early.heard.clear(), early.got.clear();
    s.mix(0, wet);
    s.reset();
    Channels x = {std::vector<float>(24000), input};
    test::run(s, x, {480});
    for (size_t t = 3; t < early.got.size(); ++t) ASSERT_EQ(early.got[t], early.heard[t - 3]);
    for (size_t i = s.latency(); i < input.size(); ++i)
      ASSERT_NEAR(x[1][i], (1.0f - 0.5f * wet) * input[i - s.latency()], 1e-6f);
  }
}

TEST(Spectral, TheLastEffectsSecondThoughtsAreHeardInTheSecondHalfOfEachFrame) {
  class Unsure : public Probe {
   public:
    explicit Unsure(float second) : Probe(0.25f), second_(second) {}
    bool revises() const noexcept override { return true; }
    void process(SpectralFrame f) noexcept override {
      now = f.spectrum[1][10];
      Probe::process(f);
    }
    void revise(SpectralFrame f) noexcept override {
      EXPECT_EQ(f.spectrum[1][10], before);
      before = now;
      for (int k = 0; k < f.bins; ++k) f.spectrum[1][k] *= second_;
    }
    std::complex<float> now, before;

   private:
    float second_;
  };
  const std::vector<float> input = test::whiteNoise(24000, 0.5f);
  for (const auto& [kind, windows] :
       {std::pair(FrameKind::House, squareRootHann(480)), std::pair(FrameKind::LowLatency, asymmetricHann(960, 240))}) {
    for (const float wet : {1.0f, 0.5f, 0.0f}) {
      Unsure other(2.0f), unsure(0.75f);
      Spectral s(kind);
      s.add(other);  // nobody asks for its second thoughts: the next effect could not follow them
      s.add(unsure);
      s.mix(1, wet);
      s.prepare({48000.0, 2, 480});
      Channels x = {std::vector<float>(24000), input};
      test::run(s, x, {480, 7});
      for (size_t i = 2 * s.latency(); i < input.size(); ++i) {
        const size_t at = windows.analysis.size() - 2 * windows.hop + i % windows.hop;
        const float first = windows.analysis[at] * windows.synthesis[at];
        const auto step = static_cast<float>(i % windows.hop) / static_cast<float>(windows.hop / 2);
        const float second =
            step < 1.0f ? 0.5f - 0.25f * std::cos(static_cast<float>(M_PI) * step) : 0.75f;  // glides in
        const float gain = first * 0.25f + (1.0f - first) * second;
        ASSERT_NEAR(x[1][i], 0.25f * (wet * gain + 1.0f - wet) * input[i - s.latency()], 1e-6f) << i;
      }
    }
  }
}

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

struct HostRate {
  double host;
  int inner;
};
class AtRates : public testing::TestWithParam<HostRate> {};

TEST_P(AtRates, LatencyIsExactAndAnyBlockGivesTheSame) {
  const auto [host, rate] = GetParam();
  Lag lag(33, rate, 0);
  AtRate at(lag, rate);
  at.prepare({host, 1, 500});
  EXPECT_EQ(lag.spec.sampleRate, rate);
  const int frames = static_cast<int>(host / 2);
  // Below the lower Nyquist frequency nothing but time changes.
  const double hz = 0.03 * std::min<double>(host, rate);
  const std::vector<float> input = test::sine(frames, hz, host, 0.5f);
  Channels x = {input}, y = {input};
  test::run(at, x, {500});
  EXPECT_TRUE(lag.sizesOk);
  for (int i = frames / 2; i < frames; ++i) ASSERT_NEAR(x[0][i], input[i - at.latency()], 2e-4f) << i;
  at.reset();
  test::run(at, y, {1, 128, 37, 500});
  EXPECT_EQ(x, y);
}

TEST_P(AtRates, NothingIsAllocatedInProcess) {
  const auto [host, rate] = GetParam();
  Lag lag(0, rate, 0);
  AtRate at(lag, rate);
  at.prepare({host, 2, 500});
  Channels x(2, test::whiteNoise(static_cast<int>(host / 2), 0.5f));
  const long before = test::allocations();
  for (int from = 0; from + 500 <= static_cast<int>(x[0].size()); from += 500) at.process(test::blockOf(x, from, 500));
  EXPECT_EQ(test::allocations(), before);
}

INSTANTIATE_TEST_SUITE_P(Pairs, AtRates,
                         testing::Values(HostRate{48000, 16000}, HostRate{44100, 16000}, HostRate{44100, 48000},
                                         HostRate{8000, 48000}, HostRate{192000, 16000}, HostRate{16000, 16000},
                                         HostRate{11025, 48000}));

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

TEST(Framed, GivesWholeFramesWhateverTheBlocks) {
  Lag lag(0, 0, 160);
  Framed framed(lag, 160);
  framed.prepare({48000.0, 1, 500});
  const std::vector<float> input = test::whiteNoise(4000, 0.5f);
  Channels x = {input};
  test::run(framed, x, {1, 500, 159, 161});
  EXPECT_TRUE(lag.sizesOk);
  EXPECT_EQ(framed.latency(), 160);
  for (size_t i = 160; i < input.size(); ++i) ASSERT_EQ(x[0][i], input[i - 160]);
}

}  // namespace
}  // namespace rinse
