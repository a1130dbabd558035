// The only list of effects. Not a place for parameters: they stand with their effects.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/effect.h"
#include "core/error.h"
#include "nn/weights.h"

namespace rinse {

/// What an effect gains from hearing first: a stretch without the wanted sound that somebody points at, or the whole
/// recording, which hosts let it hear by themselves where it can be had.
enum class Learns { nothing, stretch, whole };

struct EffectInfo {
  const char* id;     // in recipes
  const char* label;  // on the page
  const char* help;   // one line
  std::span<const Param> params;
  Learns learns;      // it is a Learner, but for nothing
  bool live;          // it keeps up with a microphone: a latency of 20 ms at most
  const char* model;  // the network that it needs among the models, or nullptr
  Result<EffectPtr> (*make)(const nn::Models&);
  bool sideChain = false;  // it listens to a side-chain where there is one
};

std::span<const EffectInfo> effects();
/// "denoise, …", for errors.
std::string effectIds();
/// nullptr when there is none of that name.
const EffectInfo* findEffect(std::string_view id);
/// Index into the effect's params, -1 when there is none of that name.
int findParam(std::span<const Param>, std::string_view id);

}  // namespace rinse
