#include "effects/registry.h"

#include "effects/auto_gate.h"
#include "effects/beamform.h"
#include "effects/debleed.h"
#include "effects/debreath.h"
#include "effects/declick.h"
#include "effects/declip.h"
#include "effects/deess.h"
#include "effects/dehum.h"
#include "effects/denoise.h"
#include "effects/deplosive.h"
#include "effects/dereverb.h"
#include "effects/dereverb_offline.h"
#include "effects/derustle.h"
#include "effects/dewind.h"
#include "effects/eq.h"
#include "effects/gate.h"
#include "effects/loudness.h"
#include "effects/spectral_repair.h"
#include "effects/voice.h"
#include "effects/voice_denoise.h"

namespace rinse {

namespace {

/// Makes the network, then the effect on it. `kind`: what tells effects of one class apart.
template <class Made, class Network, const auto& model, auto... kind>
Result<EffectPtr> withNetwork(const nn::Models& models) {
  const auto weights = models.find(model);
  if (weights == models.end()) return Error{std::string("the model \"") + model + "\" was not loaded"};
  auto network = Network::create(weights->second);
  if (!network) return Error{std::string("the model \"") + model + "\": " + network.error()};
  return EffectPtr(std::make_unique<Made>(std::move(*network), kind...));
}

template <class Made, auto... kind>
Result<EffectPtr> plain(const nn::Models&) {
  return EffectPtr(std::make_unique<Made>(kind...));
}

}  // namespace

std::span<const EffectInfo> effects() {
  constexpr auto nothing = Learns::nothing, stretch = Learns::stretch, whole = Learns::whole;
  static const EffectInfo list[] = {
      {"voice-denoise", "Voice", "Keeps a voice and takes away noise of any kind, with a small network.",
       VoiceDenoise::kParams, nothing, true, nn::VoiceNet::kModel,
       withNetwork<VoiceDenoise, nn::VoiceNet, nn::VoiceNet::kModel, false>},
      {"voice-denoise-offline", "Voice, files",
       "Keeps a voice and takes away noise of any kind; its network hears what follows first, so not live.",
       VoiceDenoise::kParams, nothing, false, nn::VoiceNet::kAheadModel,
       withNetwork<VoiceDenoise, nn::VoiceNet, nn::VoiceNet::kAheadModel, true>},
      {"denoise", "Noise suppression", "Takes steady and slowly changing noise from under a voice.", Denoise::kParams,
       stretch, true, nullptr, plain<Denoise>},
      {"dereverb", "Reverberation", "Takes the sound of the room from a voice.", Dereverb::kParams, nothing, true,
       nullptr, plain<Dereverb>},
      {"dereverb-offline", "Reverberation, files",
       "Takes the sound of the room from a recording; better, but not live.", DereverbOffline::kParams, nothing, false,
       nullptr, plain<DereverbOffline>},
      {"declick", "Clicks", "Finds clicks and crackle and writes what they covered anew.", Declick::kParams, nothing,
       true, nullptr, plain<Declick>},
      {"declip", "Clipping", "Writes peaks that were cut anew; for files.", Declip::kParams, whole, false, nullptr,
       plain<Declip>},
      {"dehum", "Hum", "Takes mains hum and its harmonics away and follows them.", Dehum::kParams, whole, true, nullptr,
       plain<Dehum>},
      {"deplosive", "Plosives", "Takes the pop out of p and b.", Deplosive::kParams, nothing, true, nullptr,
       plain<Deplosive>},
      {"derustle", "Rustle", "Takes the rustle of clothes on a lavalier microphone from a voice.", Derustle::kParams,
       nothing, true, Derustle::kModel, withNetwork<Derustle, nn::BandMask, Derustle::kModel>},
      {"dewind", "Wind", "Takes gusts of wind from a microphone outdoors.", Dewind::kParams, nothing, true, nullptr,
       plain<Dewind>},
      {"deess", "Sibilants", "Turns sharp s and sh down.", Deess::kParams, nothing, true, nullptr, plain<Deess>},
      {"debreath", "Breaths", "Turns breaths between words down.", Debreath::kParams, nothing, false, nullptr,
       plain<Debreath>},
      {"gate", "Gate", "Shuts between words or hits.", Gate::kParams, nothing, true, nullptr, plain<Gate>, true},
      {"auto-gate", "Automatic gate", "A gate for hits that sets itself from the whole recording.", AutoGate::kParams,
       whole, true, nullptr, plain<AutoGate>},
      {"debleed", "Drum bleed", "Takes the rest of the kit out of a drum's microphone and keeps ghost notes.",
       Debleed::kParams, nothing, true, Debleed::kModel,
       withNetwork<Debleed, nn::BandMaskPair, Debleed::kModel, false>},
      {"debleed-offline", "Drum bleed, files",
       "Takes the rest of the kit out of a drum's microphone; hears what follows a hit first, so not live.",
       Debleed::kParams, nothing, false, Debleed::kModel,
       withNetwork<Debleed, nn::BandMaskPair, Debleed::kModel, true>},
      {"eq", "Equalizer", "Low cut, shelves, bells, high cut.", Eq::kParams, nothing, true, nullptr, plain<Eq>},
      {"loudness", "Loudness", "Brings the whole to a loudness and holds its peaks.", Loudness::kParams, whole, true,
       nullptr, plain<Loudness>},
      {"spectral-repair", "Spectral repair", "Fills a stretch of time and frequency from what is around it.",
       SpectralRepair::kParams, nothing, false, nullptr, plain<SpectralRepair>},
      {"beamform", "Beamforming", "Makes one voice out of several microphones.", Beamform::kParams, nothing, true,
       nn::VoiceNet::kModel, withNetwork<Beamform, nn::VoiceNet, nn::VoiceNet::kModel, false>},
      {"beamform-offline", "Beamforming, files",
       "Makes one voice out of several microphones; takes more of a room's noise away, but not live.",
       Beamform::kParams, nothing, false, nn::VoiceNet::kModel,
       withNetwork<Beamform, nn::VoiceNet, nn::VoiceNet::kModel, true>},
      {"voice", "Voice detector", "Tells when somebody speaks; leaves the sound as it is.", Voice::kParams, nothing,
       true, nullptr, plain<Voice>},
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
