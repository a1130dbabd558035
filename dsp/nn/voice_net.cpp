#include "nn/voice_net.h"

#include <algorithm>

#include "nn/activation.h"

namespace rinse::nn {

namespace {

constexpr int kChannels[] = {16, 32, 48};  // after each halving of the positions
constexpr int kPositions = VoiceFrame::kPositions, kMiddle = kPositions / 8;
constexpr int kHeads = 2;
constexpr float kSlope = 0.2f;  // of the leaky rectifier

void leaky(std::vector<float>& x) noexcept {
  apply4(x, [](f32x4 v) { return prelu4(v, splat(kSlope)); });
}

void addTo(std::vector<float>& x, const std::vector<float>& y) noexcept {
  const float* from = y.data();
  for (float *to = x.data(), *end = to + x.size(); to < end; to += 4, from += 4) store4(to, load4(to) + load4(from));
}

/// Appends a layer to the list, or says why there is none.
template <class Layer>
std::string take(std::vector<Layer>& list, Result<Layer> made) {
  if (!made) return made.error();
  list.push_back(std::move(*made));
  return {};
}

}  // namespace

DualPath::DualPath(Gru there, Gru back, Gru along, Linear acrossOut, Linear alongOut, LayerNorm acrossNorm,
                   LayerNorm alongNorm, int positions, int channels)
    : positions_(positions),
      channels_(channels),
      there_(std::move(there)),
      back_(std::move(back)),
      along_(std::move(along)),
      acrossOut_(std::move(acrossOut)),
      alongOut_(std::move(alongOut)),
      acrossNorm_(std::move(acrossNorm)),
      alongNorm_(std::move(alongNorm)),
      both_(static_cast<size_t>(positions) * channels),
      states_(static_cast<size_t>(positions) * channels),
      out_(acrossOut_.paddedOutputs()) {}

Result<DualPath> DualPath::create(const Weights& weights, const std::string& name, int positions, int channels) {
  auto there = Gru::create(weights, name + ".across.there", channels, channels / 2),
       back = Gru::create(weights, name + ".across.back", channels, channels / 2),
       along = Gru::create(weights, name + ".along", channels, channels);
  auto acrossOut = Linear::create(weights, name + ".across_out", channels, channels),
       alongOut = Linear::create(weights, name + ".along_out", channels, channels);
  auto acrossNorm = LayerNorm::create(weights, name + ".across_norm", channels),
       alongNorm = LayerNorm::create(weights, name + ".along_norm", channels);
  for (const auto* gru : {&there, &back, &along}) {
    if (!*gru) return Error{gru->error()};
  }
  for (const auto* linear : {&acrossOut, &alongOut}) {
    if (!*linear) return Error{linear->error()};
  }
  for (const auto* norm : {&acrossNorm, &alongNorm}) {
    if (!*norm) return Error{norm->error()};
  }
  return DualPath(std::move(*there), std::move(*back), std::move(*along), std::move(*acrossOut), std::move(*alongOut),
                  std::move(*acrossNorm), std::move(*alongNorm), positions, channels);
}

void DualPath::add(const float* y, const Linear& linear, const LayerNorm& norm, float* x) noexcept {
  linear(y, out_.data());
  norm(out_.data());
  const float* from = out_.data();
  for (int i = 0; i < channels_; i += 4) store4(x + i, load4(x + i) + load4(from + i));
}

void DualPath::operator()(float* x) noexcept {
  const int half = channels_ / 2;
  there_.reset();
  back_.reset();
  for (int p = 0; p < positions_; ++p) {
    const int q = positions_ - 1 - p;
    copyRow(there_(x + p * channels_), &both_[p * channels_]);
    copyRow(back_(x + q * channels_), &both_[q * channels_ + half]);
  }
  for (int p = 0; p < positions_; ++p) {
    float *at = x + p * channels_, *state = &states_[p * channels_];
    add(&both_[p * channels_], acrossOut_, acrossNorm_, at);
    along_.step(at, state);
    add(state, alongOut_, alongNorm_, at);
  }
}

void DualPath::reset() noexcept { std::fill(states_.begin(), states_.end(), 0.0f); }

VoiceNet::VoiceNet(std::vector<Conv> convs, std::vector<DepthwiseConv> depthwise, std::vector<DualPath> middle,
                   std::vector<TransposedConv> ups, Linear heads)
    : convs_(std::move(convs)),
      depthwise_(std::move(depthwise)),
      middle_(std::move(middle)),
      ups_(std::move(ups)),
      heads_(std::move(heads)),
      x_(static_cast<size_t>(kMiddle) * kChannels[2]),
      mean_(kChannels[2]),
      told_(heads_.paddedOutputs()) {}

Result<VoiceNet> VoiceNet::create(const Weights& weights) {
  const auto [a, b, c] = kChannels;
  const int p = kPositions;
  std::vector<Conv> convs;
  std::vector<DepthwiseConv> depthwise;
  std::vector<DualPath> middle;
  std::vector<TransposedConv> ups;
  auto heads = Linear::create(weights, "heads", c, kHeads);
  if (!heads) return Error{heads.error()};
  const auto down = [](int channels, int width) {
    return ConvSpec{.inputs = channels,
                    .outputs = channels,
                    .width = width,
                    .timeKernel = 3,
                    .kernel = 3,
                    .stride = 2,
                    .padding = 1};
  };
  const auto up = [](int inputs, int outputs, int width) {
    return ConvSpec{.inputs = inputs, .outputs = outputs, .width = width, .kernel = 4, .stride = 2, .padding = 1};
  };
  for (const std::string& wrong : {
           take(convs, Conv::create(weights, "down.0",
                                    {.inputs = VoiceFrame::kInputs,
                                    .outputs = a,
                                    .width = p,
                                    .timeKernel = 3,
                                    .kernel = 5,
                                    .stride = 2,
                                    .padding = 2})),
           take(depthwise, DepthwiseConv::create(weights, "down.1.depthwise", down(a, p / 2))),
           take(convs, Conv::create(weights, "down.1.pointwise", {.inputs = a, .outputs = b, .width = p / 4})),
           take(depthwise, DepthwiseConv::create(weights, "down.2.depthwise", down(b, p / 4))),
           take(convs, Conv::create(weights, "down.2.pointwise", {.inputs = b, .outputs = c, .width = p / 8})),
           take(middle, DualPath::create(weights, "middle.0", kMiddle, c)),
           take(middle, DualPath::create(weights, "middle.1", kMiddle, c)),
           take(middle, DualPath::create(weights, "middle.2", kMiddle, c)),
           take(ups, TransposedConv::create(weights, "up.0", up(c, b, p / 8))),
           take(ups, TransposedConv::create(weights, "up.1", up(b, a, p / 4))),
           take(ups, TransposedConv::create(weights, "last", up(a, VoiceFrame::kOutputs, p / 2))),
           take(ups, TransposedConv::create(weights, "again", up(a, VoiceFrame::kOutputs, p / 2))),
       }) {
    if (!wrong.empty()) return Error{wrong};
  }
  return VoiceNet(std::move(convs), std::move(depthwise), std::move(middle), std::move(ups), std::move(*heads));
}

VoiceNet::Answer VoiceNet::operator()(const float* input) noexcept {
  std::vector<float>* skips[3];
  for (int i = 0; i < 3; ++i) {
    if (i > 0) {
      std::vector<float>& spread = depthwise_[i - 1](skips[i - 1]->data());
      leaky(spread);
      input = spread.data();
    }
    skips[i] = &convs_[i](input);
    leaky(*skips[i]);
  }
  copyRow(*skips[2], x_.data());
  for (DualPath& m : middle_) m(x_.data());
  std::fill(mean_.begin(), mean_.end(), 0.0f);
  for (int p = 0; p < kMiddle; ++p) {
    for (int c = 0; c < kChannels[2]; ++c) mean_[c] += x_[p * kChannels[2] + c] / kMiddle;
  }
  heads_(mean_.data(), told_.data());
  std::vector<float>* x = &x_;
  for (int i = 0; i < 2; ++i) {
    addTo(*x, *skips[2 - i]);
    x = &ups_[i](x->data());
    leaky(*x);
  }
  addTo(*x, *skips[0]);
  const float *output = ups_[2](x->data()).data(), *again = ups_[3](x->data()).data();
  return {output, again, sigmoid(told_[0]), sigmoid(told_[1])};
}

void VoiceNet::reset() noexcept {
  for (Conv& l : convs_) l.reset();
  for (DepthwiseConv& l : depthwise_) l.reset();
  for (DualPath& l : middle_) l.reset();
  for (TransposedConv& l : ups_) l.reset();
}

}  // namespace rinse::nn
