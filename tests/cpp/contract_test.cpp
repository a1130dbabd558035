// The contract that every registered effect keeps, at both frame kinds: see HACKING.md.
#include <gtest/gtest.h>

#include <limits>

#include "allocations.h"
#include "cli/weights_file.h"
#include "effects/registry.h"
#include "engine.h"
#include "signals.h"

namespace rinse {
namespace {

using test::Channels;

struct Case {
  std::string effect;
  bool lowLatency;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.effect << (c.lowLatency ? ", low latency" : ""); }

class Contract : public testing::TestWithParam<Case> {
 protected:
  Recipe recipe() const {
    Recipe r;
    r.lowLatency = GetParam().lowLatency;
    r.chain.push_back({GetParam().effect, {}, {}});
    return r;
  }
  std::unique_ptr<Engine> engine(double rate = 48000.0, int channels = 1, int maxFrames = 4096) const {
    return engine(recipe(), rate, channels, maxFrames);
  }
  static std::unique_ptr<Engine> engine(const Recipe& r, double rate = 48000.0, int channels = 1,
                                        int maxFrames = 4096) {
    auto made = Engine::create(r, {rate, channels, maxFrames}, cli::models());
    EXPECT_TRUE(made) << made.error();
    return made ? std::move(*made) : nullptr;
  }
  std::span<const Param> params() const { return findEffect(GetParam().effect)->params; }
  /// The recipe with the effect's strength parameter at its neutral value.
  Recipe neutral() const {
    Recipe r = recipe();
    for (const Param& p : params()) {
      if (p.isStrength) r.chain[0].params.emplace_back(p.id, p.neutral);
    }
    // Whatever else the neutral setting leaves on is the effect's own business; a strength parameter must be enough.
    return r;
  }
};

Channels noisyVoice(int frames, double rate, int channels, int begins = 0) {
  Channels x;
  for (int c = 0; c < channels; ++c)
    x.push_back(test::sum(test::delayed(test::voice(frames, rate), begins), test::whiteNoise(frames, 0.01f, 7 + c)));
  return x;
}

bool allFinite(const Channels& x, float most = 1e7f) {
  for (const auto& c : x) {
    for (float v : c) {
      if (!(std::abs(v) <= most)) return false;
    }
  }
  return true;
}

TEST_P(Contract, AnyBlockSizeGivesTheSameSamples) {
  const Channels input = noisyVoice(48000 + engine()->latency(), 48000.0, 2);
  Channels whole = input, pieces = input, single = input;
  test::run(*engine(48000.0, 2), whole, {4096});
  test::run(*engine(48000.0, 2), pieces, {1, 128, 7, 441, 4096, 960, 3});
  test::run(*engine(48000.0, 2), single, {1});
  EXPECT_EQ(whole, pieces);
  EXPECT_EQ(whole, single);
}

TEST_P(Contract, NothingIsAllocatedInProcess) {
  auto e = engine(48000.0, 2);
  const int frames = 24000 + e->latency();
  Channels x = noisyVoice(frames, 48000.0, 2);
  const long before = test::allocations();
  for (int at = 0; at + 500 <= frames; at += 500) {
    e->process(test::blockOf(x, at, 500));
    e->set(0, 0, e->get(0, 0));
    e->bypass(at % 1000 == 0);
  }
  EXPECT_EQ(test::allocations(), before);
}

TEST_P(Contract, ResetEqualsFresh) {
  auto e = engine();
  const Channels input = noisyVoice(20000 + e->latency(), 48000.0, 1);
  Channels fresh = input, used = noisyVoice(9999 + e->latency(), 48000.0, 1), again = input;
  test::run(*engine(), fresh, {512});
  test::run(*e, used, {512});
  e->reset();
  test::run(*e, again, {512});
  EXPECT_EQ(fresh, again);
}

TEST_P(Contract, ImpulseComesOutAfterExactlyItsLatency) {
  for (const double rate : {8000.0, 16000.0, 44100.0, 48000.0, 96000.0, 192000.0}) {
    auto e = engine(neutral(), rate);
    const int at = static_cast<int>(rate / 10);
    Channels x = {std::vector<float>(static_cast<size_t>(rate / 2) + e->latency(), 0.0f)};
    x[0][at] = 1.0f;
    test::run(*e, x, {128});
    const auto peak =
        std::max_element(x[0].begin(), x[0].end(), [](float a, float b) { return std::abs(a) < std::abs(b); });
    EXPECT_EQ(peak - x[0].begin() - at, e->latency()) << rate;
  }
}

TEST_P(Contract, VoiceComesOutAfterItsLatencyWhileWorking) {
  auto e = engine();
  const int frames = 96000 + e->latency();
  const std::vector<float> input = test::voice(frames, 48000.0);
  Channels x = {test::sum(input, test::whiteNoise(frames, 0.003f))};
  test::run(*e, x, {128});
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
  if (!findEffect(GetParam().effect)->live) {
    EXPECT_GT(engine()->latency(), 960);  // else it is live
    EXPECT_LE(engine()->latency(), 10 * 48000);
    return;
  }
  for (const double rate : {8000.0, 11025.0, 16000.0, 22050.0, 44100.0, 48000.0, 96000.0, 192000.0}) {
    EXPECT_LE(engine(rate)->latency(), rate * (GetParam().lowLatency ? 0.012 : 0.020)) << rate;
  }
}

TEST_P(Contract, TheRegistryKnowsWhetherItLearns) {
  const EffectInfo& info = *findEffect(GetParam().effect);
  auto made = info.make(cli::models());
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(base(*made).learner() != nullptr, info.learns != Learns::nothing);
  EXPECT_EQ(info.make({}) ? nullptr : info.model, info.model);  // what needs a network says so
}

TEST_P(Contract, SilenceInSilenceOut) {
  auto e = engine();
  const std::vector<float> silence(48000 + e->latency(), 0.0f);
  Channels x = {silence};
  test::run(*e, x, {480});
  EXPECT_EQ(x[0], silence);
}

TEST_P(Contract, AbsurdSamplesNeverPoisonTheState) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::vector<float>> absurd = {{nan},           {inf, -inf},   {1e-42f, -1e-42f},
                                                  {3e38f, -3e38f}, {1.0f, -1.0f}, {nan, 1.0f, inf, 0.0f, -1e30f}};
  for (const auto& pattern : absurd) {
    if (!findEffect(GetParam().effect)->live && &pattern != &absurd.back()) continue;  // that one holds the others
    auto e = engine();
    Channels bad = {std::vector<float>(9600)};
    for (size_t i = 0; i < bad[0].size(); ++i) bad[0][i] = pattern[(i / 50) % pattern.size()];
    test::run(*e, bad, {333});
    EXPECT_TRUE(allFinite(bad));
    // It begins after half a second of its noise: with the first sample a made voice may pass for a machine.
    Channels good = noisyVoice(9 * 48000 + e->latency(), 48000.0, 1, 24000), after = good;
    test::run(*e, good, {333});
    EXPECT_TRUE(allFinite(good));
    // Seconds later what came before is forgotten: as after silence of the same length.
    auto other = engine();
    Channels silence = {std::vector<float>(bad[0].size(), 0.0f)};
    test::run(*other, silence, {333});
    test::run(*other, after, {333});
    const double heard = test::power(good[0], 7 * 48000 + e->latency()),
                 expected = test::power(after[0], 7 * 48000 + e->latency());
    EXPECT_NEAR(test::db(heard / expected), 0.0, 1.0) << "after a pattern that begins with " << pattern[0];
  }
}

TEST_P(Contract, ADeadChannelStaysDeadAndDoesNotStopTheOther) {
  auto e = engine(48000.0, 2);
  Channels x = noisyVoice(48000 + e->latency(), 48000.0, 2);
  std::fill(x[1].begin(), x[1].end(), 0.0f);
  test::run(*e, x, {480});
  const bool joins = std::string_view(GetParam().effect).starts_with("beamform");  // gives every channel the same
  if (!joins) {
    EXPECT_EQ(test::power(x[1]), 0.0);
  }
  EXPECT_GT(test::power(x[0]), 0.0);
}

TEST_P(Contract, EveryParameterAtBothEndsAndSweptWhileRunning) {
  for (size_t p = 0; p < params().size(); ++p) {
    auto e = engine();
    const int frames = 48000 + e->latency();
    Channels x = noisyVoice(frames, 48000.0, 1);
    for (int at = 0, turn = 0; at + 240 <= frames; at += 240, ++turn) {
      const float part = turn < 50 ? 0.0f : turn < 100 ? 1.0f : static_cast<float>(std::min(turn, 200) - 100) / 100.0f;
      const Param& param = params()[p];
      const float value = param.min + part * (param.max - param.min);
      EXPECT_TRUE(e->set(0, static_cast<int>(p), param.choices.empty() ? value : std::round(value)));
      e->process(test::blockOf(x, at, 240));
    }
    EXPECT_TRUE(allFinite(x, 4.0f)) << params()[p].id;
  }
}

TEST_P(Contract, ValuesOutOfRangeAreRefusedAndChangeNothing) {
  auto e = engine();
  for (size_t p = 0; p < params().size(); ++p) {
    const Param& param = params()[p];
    for (const float bad : {param.min - 1.0f, param.max + 1.0f, std::numeric_limits<float>::quiet_NaN()}) {
      EXPECT_FALSE(e->set(0, static_cast<int>(p), bad));
      EXPECT_EQ(e->get(0, static_cast<int>(p)), param.defaultValue);
      Recipe r = recipe();
      r.chain[0].params.emplace_back(param.id, bad);
      auto made = Engine::create(r, {48000.0, 1, 128}, cli::models());
      ASSERT_FALSE(made);
      EXPECT_NE(made.error().find(param.id), std::string::npos) << made.error();
      EXPECT_NE(made.error().find("accepted"), std::string::npos) << made.error();
    }
  }
}

TEST_P(Contract, RunsAtEveryRateAndChannelCount) {
  // Those for files take their time.
  const bool live = findEffect(GetParam().effect)->live;
  const auto rates = live ? std::vector{8000.0, 11025.0, 16000.0, 44100.0, 47999.0, 48000.0, 96000.0, 192000.0}
                          : std::vector{8000.0, 44100.0, 192000.0};
  for (const double rate : rates) {
    for (const int channels : live ? std::vector{1, 2, 6, 8} : std::vector{1, rate > 8000.0 ? 1 : 8}) {
      auto e = engine(rate, channels);
      Channels x = noisyVoice(static_cast<int>(rate / 4) + e->latency(), rate, channels);
      test::run(*e, x, {1024});
      EXPECT_TRUE(allFinite(x, 4.0f)) << rate << " Hz, " << channels << " channels";
      EXPECT_GT(test::power(x[channels - 1]), 0.0);
    }
  }
}

TEST_P(Contract, NeutralSettingGivesTheInputBack) {
  auto e = engine(neutral(), 48000.0, 2);
  const Channels input = noisyVoice(48000 + e->latency(), 48000.0, 2);
  Channels x = input;
  test::run(*e, x, {700});
  for (size_t c = 0; c < x.size(); ++c) {
    for (size_t i = e->latency(); i < x[c].size(); ++i) ASSERT_NEAR(x[c][i], input[c][i - e->latency()], 1e-6f) << i;
  }
}

TEST_P(Contract, BypassIsTheDelayedInputAndClicksNowhere) {
  auto e = engine();
  const int on = (30000 + e->latency()) / 100 * 100, off = on + 30000, frames = off + 36000;
  const std::vector<float> input = test::sine(frames, 220.0, 48000.0, 0.5f);
  Channels x = {input};
  for (int at = 0; at + 100 <= frames; at += 100) {
    if (at == on || at == off) e->bypass(at == on);
    e->process(test::blockOf(x, at, 100));
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
  test::run(*e, wet, {256});
  Recipe r = recipe();
  r.chain[0].mix = 0.5f;
  test::run(*engine(r), half, {256});
  for (size_t i = 4800 + e->latency(); i < half[0].size(); ++i) {
    ASSERT_NEAR(half[0][i], 0.5f * (input[0][i - e->latency()] + wet[0][i]), 2e-6f) << i;
  }
}

/// Something that every learner can learn from: noise, and hits in it.
Channels lesson() {
  auto x = test::whiteNoise(6 * 48000, 0.02f);
  for (size_t i = 0; i < x.size(); ++i) x[i] *= 1.0f + 10.0f * std::exp(-static_cast<float>(i % 24000) / 1000.0f);
  return {x};
}

TEST_P(Contract, WhatWasLearnedSurvivesTheRecipe) {
  auto e = engine();
  if (!e->startLearning(0).empty()) return;  // learns nothing
  Channels noise = lesson();
  test::run(*e, noise, {512});
  ASSERT_EQ(e->finishLearning(0), "");
  Recipe r = recipe();
  r.chain[0].learned = e->learned(0);
  ASSERT_FALSE(r.chain[0].learned.empty());
  for (const double rate : {16000.0, 48000.0, 96000.0}) EXPECT_EQ(engine(r, rate)->learned(0), r.chain[0].learned);
}

TEST_P(Contract, LearningFromNothingIsRefusedAndKeepsWhatWasLearned) {
  auto e = engine();
  if (!e->startLearning(0).empty()) return;
  Channels noise = lesson();
  test::run(*e, noise, {512});
  ASSERT_EQ(e->finishLearning(0), "");
  const auto learned = e->learned(0);
  e->startLearning(0);
  Channels tooShort = {test::whiteNoise(144, 0.02f)};
  test::run(*e, tooShort, {48});
  EXPECT_NE(e->finishLearning(0), "");
  e->reset();
  e->startLearning(0);
  Channels silence = {std::vector<float>(6 * 48000, 0.0f)};
  test::run(*e, silence, {512});
  EXPECT_NE(e->finishLearning(0), "");
  EXPECT_EQ(e->learned(0), learned);
}

std::vector<Case> everyEffect() {
  std::vector<Case> cases;
  for (const EffectInfo& e : effects()) {
    cases.push_back({e.id, false});
    if (e.live) cases.push_back({e.id, true});  // elsewhere there is no latency to be low
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Effects, Contract, testing::ValuesIn(everyEffect()), [](const auto& i) {
  std::string name = i.param.effect + (i.param.lowLatency ? "_low_latency" : "");
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(ParamTables, AreWellFormed) {
  for (const EffectInfo& e : effects()) {
    int strengths = 0;
    for (const Param& p : e.params) {
      EXPECT_LT(p.min, p.max) << p.id;
      EXPECT_GE(p.defaultValue, p.min) << p.id;
      EXPECT_LE(p.defaultValue, p.max) << p.id;
      EXPECT_FALSE(std::string(p.label).empty() || std::string(p.help).empty()) << p.id;
      if (!p.choices.empty()) {
        EXPECT_EQ(p.max - p.min + 1, p.choices.size()) << p.id;
      }
      strengths += p.isStrength;
    }
    EXPECT_LE(strengths, 1) << e.id;
  }
}

}  // namespace
}  // namespace rinse
