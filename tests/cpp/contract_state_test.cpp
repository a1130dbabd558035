// The contract: what an effect keeps from one block to the next.
#include <limits>

#include "allocations.h"
#include "contract.h"

namespace rinse::test {
namespace {

TEST_P(Contract, AnyBlockSizeGivesTheSameSamples) {
  const Channels input = noisyVoice(48000 + engine()->latency(), 48000.0, 2);
  Channels whole = input, pieces = input, single = input;
  run(*engine(48000.0, 2), whole, {4096});
  run(*engine(48000.0, 2), pieces, {1, 128, 7, 441, 4096, 960, 3});
  run(*engine(48000.0, 2), single, {1});
  EXPECT_EQ(whole, pieces);
  EXPECT_EQ(whole, single);
}

TEST_P(Contract, NothingIsAllocatedInProcess) {
  auto e = engine(48000.0, 2);
  const int frames = 24000 + e->latency();
  Channels x = noisyVoice(frames, 48000.0, 2);
  const long before = allocations();
  for (int at = 0; at + 500 <= frames; at += 500) {
    e->process(blockOf(x, at, 500));
    e->set(0, 0, e->get(0, 0));
    e->bypass(at % 1000 == 0);
  }
  EXPECT_EQ(allocations(), before);
}

TEST_P(Contract, ResetEqualsFresh) {
  auto e = engine();
  const Channels input = noisyVoice(20000 + e->latency(), 48000.0, 1);
  Channels fresh = input, used = noisyVoice(9999 + e->latency(), 48000.0, 1), again = input;
  run(*engine(), fresh, {512});
  run(*e, used, {512});
  e->reset();
  run(*e, again, {512});
  EXPECT_EQ(fresh, again);
}

TEST_P(Contract, AbsurdSamplesNeverPoisonTheState) {
  const float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::vector<float>> absurd = {{nan},           {inf, -inf},   {1e-42f, -1e-42f},
                                                  {3e38f, -3e38f}, {1.0f, -1.0f}, {nan, 1.0f, inf, 0.0f, -1e30f}};
  for (const auto& pattern : absurd) {
    if (!info().live && &pattern != &absurd.back()) continue;  // that one holds the others
    auto e = engine();
    Channels bad = {std::vector<float>(9600)};
    for (size_t i = 0; i < bad[0].size(); ++i) bad[0][i] = pattern[(i / 50) % pattern.size()];
    run(*e, bad, {333});
    EXPECT_TRUE(allFinite(bad));
    // It begins after half a second of its noise: with the first sample a made voice may pass for a machine.
    Channels good = noisyVoice(9 * 48000 + e->latency(), 48000.0, 1, 24000), after = good;
    run(*e, good, {333});
    EXPECT_TRUE(allFinite(good));
    // Seconds later what came before is forgotten: as after silence of the same length.
    auto other = engine();
    Channels silence = {std::vector<float>(bad[0].size(), 0.0f)};
    run(*other, silence, {333});
    run(*other, after, {333});
    const double heard = power(good[0], 7 * 48000 + e->latency()),
                 expected = power(after[0], 7 * 48000 + e->latency());
    EXPECT_NEAR(db(heard / expected), 0.0, 1.0) << "after a pattern that begins with " << pattern[0];
  }
}

/// Something that every learner can learn from: noise, and hits in it.
Channels lesson() {
  auto x = whiteNoise(6 * 48000, 0.02f);
  for (size_t i = 0; i < x.size(); ++i) x[i] *= 1.0f + 10.0f * std::exp(-static_cast<float>(i % 24000) / 1000.0f);
  return {x};
}

TEST_P(Contract, WhatWasLearnedSurvivesTheRecipe) {
  auto e = engine();
  if (!e->startLearning(0).empty()) return;  // learns nothing
  Channels noise = lesson();
  run(*e, noise, {512});
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
  run(*e, noise, {512});
  ASSERT_EQ(e->finishLearning(0), "");
  const auto learned = e->learned(0);
  e->startLearning(0);
  Channels tooShort = {whiteNoise(144, 0.02f)};
  run(*e, tooShort, {48});
  EXPECT_NE(e->finishLearning(0), "");
  e->reset();
  e->startLearning(0);
  Channels silence = {std::vector<float>(6 * 48000, 0.0f)};
  run(*e, silence, {512});
  EXPECT_NE(e->finishLearning(0), "");
  EXPECT_EQ(e->learned(0), learned);
}

}  // namespace
}  // namespace rinse::test
