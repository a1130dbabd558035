#include "effects/registry.h"

#include "effects/denoise.h"

namespace rinse {

std::span<const EffectInfo> effects() {
  static const EffectInfo list[] = {
      {"denoise", "Noise suppression", "Takes steady and slowly changing noise from under a voice.", Denoise::kParams,
       [] { return EffectPtr(std::make_unique<Denoise>()); }},
  };
  return list;
}

std::string effectIds() {
  std::string ids;
  for (const EffectInfo& e : effects()) ids += (ids.empty() ? "" : ", ") + std::string(e.id);
  return ids;
}

const EffectInfo* findEffect(std::string_view id) {
  for (const EffectInfo& e : effects()) {
    if (id == e.id) return &e;
  }
  return nullptr;
}

int findParam(std::span<const Param> params, std::string_view id) {
  for (size_t i = 0; i < params.size(); ++i) {
    if (id == params[i].id) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace rinse
