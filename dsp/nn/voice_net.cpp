#include "nn/voice_net.h"

#include <algorithm>

#include "nn/activation.h"

namespace rinse::nn {

namespace {

constexpr int kChannels[] = {16, 32, 48};  // after each halving of the positions
constexpr int kPositions = VoiceFrame::kPositions, kMiddle = kPositions / 8;
constexpr int kMostBlocks = 16;
constexpr int kFine = 1;  // the layer after which there are recurrent ones already
constexpr int kHeads = 2, kAnswer = kPositions * VoiceFrame::kOutputs;
/// What each of the encoder's layers gives, one behind the other.
constexpr int kSkip[] = {kPositions / 2 * kChannels[0], kPositions / 4 * kChannels[1], kMiddle* kChannels[2]};
constexpr int kSkips = kSkip[0] + kSkip[1] + kSkip[2];
constexpr float kSlope = 0.2f;  // of the leaky rectifier

void leaky(std::span<float> x) noexcept {
  apply4(x, [](f32x4 v) { return prelu4(v, splat(kSlope)); });
}

void addTo(float* x, const float* y, int count) noexcept {
  for (int i = 0; i < count; i += 4) store4(x + i, load4(x + i) + load4(y + i));
}

/// Appends a layer to the list, or says why there is none.
template <class Layer>
std::string take(std::vector<Layer>& list, Result<Layer> made) {
  if (!made) return made.error();
  list.push_back(std::move(*made));
  return {};
}

}  // namespace

VoiceNet::VoiceNet(std::vector<Conv> convs, std::vector<DepthwiseConv> depthwise, std::vector<DualPath> fine,
                   std::vector<DualPath> middle, std::vector<AheadPath> ahead, std::vector<TransposedConv> ups,
                   Linear heads)
    : convs_(std::move(convs)),
      depthwise_(std::move(depthwise)),
      fine_(std::move(fine)),
      middle_(std::move(middle)),
      ahead_(std::move(ahead)),
      ups_(std::move(ups)),
      heads_(std::move(heads)),
      skips_(static_cast<size_t>(delay() + 1) * kSkips),
      answers_(static_cast<size_t>(ahead_.empty() ? 1 : AheadPath::kChunk) * (2 * kAnswer + kHeads)),
      x_(kSkip[2]),
      mean_(kChannels[2]),
      told_(heads_.paddedOutputs()) {}

Result<VoiceNet> VoiceNet::create(const Weights& weights) {
  const auto [a, b, c] = kChannels;
  const int p = kPositions;
  std::vector<Conv> convs;
  std::vector<DepthwiseConv> depthwise;
  std::vector<DualPath> fine, middle, ahead;
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
  const auto takeMiddle = [&](std::vector<DualPath>& blocks, const char* part, int count) {
    std::string wrong;
    for (int i = 0; i < count && wrong.empty(); ++i)
      wrong = take(blocks, DualPath::create(weights, part + std::to_string(i), kMiddle, kChannels[2]));
    return wrong;
  };
  int blocks = 1;  // up to the last that there are weights for: none between may lack
  for (int i = 1; i < kMostBlocks; ++i) {
    if (weights.hasPart("middle." + std::to_string(i) + ".")) blocks = i + 1;
  }
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
           takeMiddle(middle, "middle.", blocks),
           take(fine, DualPath::create(weights, "fine.0", p / 4, b)),
           take(fine, DualPath::create(weights, "fine.1", p / 4, b)),
           takeMiddle(ahead, "ahead.", weights.hasPart("ahead.") ? blocks - 1 : 0),
           take(ups, TransposedConv::create(weights, "up.0", up(c, b, p / 8))),
           take(ups, TransposedConv::create(weights, "up.1", up(b, a, p / 4))),
           take(ups, TransposedConv::create(weights, "last", up(a, VoiceFrame::kOutputs, p / 2))),
           take(ups, TransposedConv::create(weights, "again", up(a, VoiceFrame::kOutputs, p / 2))),
       }) {
    if (!wrong.empty()) return Error{wrong};
  }
  return VoiceNet(std::move(convs), std::move(depthwise), std::move(fine), std::move(middle),
                  {std::make_move_iterator(ahead.begin()), std::make_move_iterator(ahead.end())}, std::move(ups),
                  std::move(*heads));
}

void VoiceNet::encode(const float* input, float* skips) noexcept {
  for (int i = 0; i < 3; ++i) {
    if (i > 0) {
      std::vector<float>& spread = depthwise_[i - 1](input);
      leaky(spread);
      input = spread.data();
    }
    copyRow(convs_[i](input), skips);
    leaky({skips, static_cast<size_t>(kSkip[i])});
    if (i == kFine) fine_[0](skips);
    input = skips;
    skips += kSkip[i];
  }
}

void VoiceNet::decode(float* x, bool first) noexcept {
  const float* skip = &skips_[answered_ % (delay() + 1) * kSkips] + kSkips;
  float* to = answer(answered_++);
  std::fill(mean_.begin(), mean_.end(), 0.0f);
  for (int p = 0; p < kMiddle; ++p) {
    for (int c = 0; c < kChannels[2]; ++c) mean_[c] += x[p * kChannels[2] + c] / kMiddle;
  }
  heads_(mean_.data(), told_.data());
  for (int i = 2; i >= 0; --i) {
    skip -= kSkip[i];
    addTo(x, skip, kSkip[i]);
    if (i == kFine) {
      if (first) fine_[1].reset();
      fine_[1](x);
    }
    if (i == 0) break;
    std::vector<float>& wider = ups_[2 - i](x);
    leaky(wider);
    x = wider.data();
  }
  for (int i = 0; i < 2; ++i) copyRow(ups_[2 + i](x), to + i * kAnswer);
  for (int i = 0; i < kHeads; ++i) to[2 * kAnswer + i] = sigmoid(told_[i]);
}

/// A frame through the rest of the middle, as far as it goes now.
void VoiceNet::pass(size_t block, float* x, bool first) noexcept {
  if (block == middle_.size()) return decode(x, first);
  if (first) middle_[block].reset();
  middle_[block](x);
  if (block >= ahead_.size()) return pass(block + 1, x, first);
  AheadPath& ahead = ahead_[block];
  if (!ahead.push(x, first)) return;
  for (int t = 0; t < AheadPath::kChunk; ++t) pass(block + 1, ahead[t], ahead.first(t));
}

/// Where that of a frame stands.
float* VoiceNet::answer(unsigned frame) noexcept {
  const unsigned kept = ahead_.empty() ? 1 : AheadPath::kChunk;
  return &answers_[frame % kept * (2 * kAnswer + kHeads)];
}

VoiceNet::Answer VoiceNet::operator()(const float* input) noexcept {
  float* skips = &skips_[heard_ % (delay() + 1) * kSkips];
  encode(input, skips);
  std::copy_n(skips + kSkips - kSkip[2], kSkip[2], x_.begin());
  pass(0, x_.data(), first_);
  first_ = false;
  const float* due = answer(std::max<unsigned>(heard_++, delay()) - delay());
  return {due, due + kAnswer, due[2 * kAnswer], due[2 * kAnswer + 1]};
}

void VoiceNet::forget() noexcept {
  for (Conv& l : convs_) l.reset();
  for (DepthwiseConv& l : depthwise_) l.reset();
  fine_[0].reset();
  first_ = true;
}

void VoiceNet::reset() noexcept {
  forget();
  for (AheadPath& l : ahead_) l.reset();
  std::fill(answers_.begin(), answers_.end(), 0.0f);
  heard_ = answered_ = 0;
}

}  // namespace rinse::nn
