// The contract: what the registry says of an effect and its parameters; and the effects that keep the contract.
#include <limits>

#include "contract.h"

namespace rinse::test {
namespace {

TEST_P(Contract, TheRegistryKnowsWhetherItLearns) {
  auto made = info().make(cli::models());
  ASSERT_TRUE(made) << made.error();
  EXPECT_EQ(base(*made).learner() != nullptr, info().learns != Learns::nothing);
  EXPECT_EQ(info().make({}) ? nullptr : info().model, info().model);  // what needs a network says so
}

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
      e->process(blockOf(x, at, 240));
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

}  // namespace
}  // namespace rinse::test
