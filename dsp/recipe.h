// What a recipe says, as plain values. How it is written (JSON) is the hosts' affair: the core reads no text.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace rinse {

struct RecipeStep {
  std::string effect;
  std::vector<std::pair<std::string, float>> params;  // those not named keep their defaults
  std::vector<float> learned;                         // what a Learner learned; empty: nothing
  float mix = 1.0f;                                   // 0 dry … 1 wet
  bool bypass = false;
};

struct Recipe {
  static constexpr int kVersion = 1;
  int version = kVersion;
  bool lowLatency = false;  // asymmetric windows: half the latency at twice the work
  std::vector<RecipeStep> chain;
};

}  // namespace rinse
