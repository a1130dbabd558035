// The voice network for the trainer, to compare with PyTorch (models/common/product.py).
#include "nn/voice_net.h"

#include <algorithm>
#include <memory>

using namespace rinse::nn;

namespace {
std::string lastError;
}

extern "C" {

Weights* weights_new() { return new Weights; }
/// nullptr, or what is wrong.
const char* weights_add(Weights* weights, const char* name, bool int8, const int* shape, int rank,
                        const std::byte* data, long bytes) {
  lastError =
      weights->add(name, {int8 ? Type::i8 : Type::f32, {shape, shape + rank}, {data, static_cast<size_t>(bytes)}});
  return lastError.empty() ? nullptr : lastError.c_str();
}
/// Takes the weights; nullptr when they don't fit.
VoiceNet* net_new(Weights* taken) {
  const std::unique_ptr<Weights> weights(taken);
  auto net = VoiceNet::create(*weights);
  lastError = net ? "" : net.error();
  return net ? new VoiceNet(std::move(*net)) : nullptr;
}
const char* net_error() { return lastError.c_str(); }
int net_delay(const VoiceNet* net) { return net->delay(); }
/// input[frames][positions][3] -> output[frames - delay][positions][10], again the same for the frame before,
/// heads[frames - delay][2].
void net_run(VoiceNet* net, const float* input, int frames, float* output, float* again, float* heads) {
  constexpr int kIn = VoiceFrame::kPositions * VoiceFrame::kInputs,
                kOut = VoiceFrame::kPositions * VoiceFrame::kOutputs;
  net->reset();
  for (int t = 0; t < frames; ++t) {
    const VoiceNet::Answer answer = (*net)(input + t * kIn);
    if (t < net->delay()) continue;
    output = std::copy_n(answer.output, kOut, output);
    again = std::copy_n(answer.again, kOut, again);
    *heads++ = answer.speech, *heads++ = answer.music;
  }
}
}
