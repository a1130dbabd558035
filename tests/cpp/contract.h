// What the contract is run on: every registered effect, at both frame kinds. HACKING.md tells the contract.
#pragma once

#include <gtest/gtest.h>

#include "cli/weights_file.h"
#include "effects/registry.h"
#include "engine.h"
#include "signals.h"

namespace rinse::test {

struct Case {
  std::string effect;
  bool lowLatency;
};

inline void PrintTo(const Case& c, std::ostream* out) { *out << c.effect << (c.lowLatency ? ", low latency" : ""); }

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
  static bool allFinite(const Channels& x, float most = 1e7f) {
    for (const auto& c : x) {
      for (float v : c) {
        if (!(std::abs(v) <= most)) return false;
      }
    }
    return true;
  }
  static Channels noisyVoice(int frames, double rate, int channels, int begins = 0) {
    Channels x;
    for (int c = 0; c < channels; ++c)
      x.push_back(sum(delayed(voice(frames, rate), begins), whiteNoise(frames, 0.01f, 7 + c)));
    return x;
  }
  const EffectInfo& info() const { return *findEffect(GetParam().effect); }
  std::span<const Param> params() const { return info().params; }
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

}  // namespace rinse::test
