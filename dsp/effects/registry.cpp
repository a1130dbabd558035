#include "effects/registry.h"

#include "effects/denoise.h"
#include "effects/dereverb.h"
#include "effects/dereverb_offline.h"
#include "effects/voice.h"
#include "effects/voice_denoise.h"

namespace rinse {

namespace {

/// Makes the network, then the effect on it.
template <class Made, class Network>
Result<EffectPtr> withNetwork(const nn::Models& models) {
  const auto weights = models.find(Network::kModel);
  if (weights == models.end()) return Error{std::string("the model \"") + Network::kModel + "\" was not loaded"};
  auto network = Network::create(weights->second);
  if (!network) return Error{std::string("the model \"") + Network::kModel + "\": " + network.error()};
  return EffectPtr(std::make_unique<Made>(std::move(*network)));
}

template <class Made>
Result<EffectPtr> plain(const nn::Models&) {
  return EffectPtr(std::make_unique<Made>());
}

}  // namespace

std::span<const EffectInfo> effects() {
  static const EffectInfo list[] = {
      {"voice-denoise", "Voice", "Keeps a voice and takes away noise of any kind, with a small network.",
       VoiceDenoise::kParams, false, true, nn::VoiceNet::kModel, withNetwork<VoiceDenoise, nn::VoiceNet>},
      {"denoise", "Noise suppression", "Takes steady and slowly changing noise from under a voice.", Denoise::kParams,
       true, true, nullptr, plain<Denoise>},
      {"dereverb", "Reverberation", "Takes the sound of the room from a voice.", Dereverb::kParams, false, true,
       nullptr, plain<Dereverb>},
      {"dereverb-offline", "Reverberation, files",
       "Takes the sound of the room from a recording; better, but not live.", DereverbOffline::kParams, false, false,
       nullptr, plain<DereverbOffline>},
      {"voice", "Voice detector", "Tells when somebody speaks; leaves the sound as it is.", Voice::kParams, false, true,
       nullptr, plain<Voice>},
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
