#include "nn/conv.h"

#include <algorithm>

#include "nn/activation.h"

namespace rinse::nn {

namespace {

std::string wrong(const std::string& name, const ConvSpec& s) {
  const bool positive = s.inputs > 0 && s.outputs > 0 && s.width > 0 && s.timeKernel > 0 && s.kernel > 0 &&
                        s.stride > 0 && s.dilation > 0 && s.padding >= 0;
  return positive && s.width + 2 * s.padding >= s.kernel ? "" : name + ": a convolution can't have this shape";
}

/// weight[a][b][timeKernel][kernel] and bias[outputs].
struct Taken {
  std::vector<float> weight, bias;
};
Result<Taken> take(const Weights& weights, const std::string& name, const ConvSpec& s, int a, int b) {
  if (std::string message = wrong(name, s); !message.empty()) return Error{message};
  auto weight = weights.take(name + ".weight", {a, b, s.timeKernel, s.kernel}),
       bias = weights.take(name + ".bias", {s.outputs});
  if (!weight) return Error{weight.error()};
  if (!bias) return Error{bias.error()};
  return Taken{std::move(*weight), std::move(*bias)};
}

int framesOf(const ConvSpec& s) { return (s.timeKernel - 1) * s.dilation + 1; }

/// How many input positions reach an output of a transposed convolution; every stride-th output is of the same phase.
int tapsOf(const ConvSpec& s, int phase) { return (s.kernel - phase + s.stride - 1) / s.stride; }

}  // namespace

FrameHistory::FrameHistory(int frames, int width, int channels, int padding)
    : length_(width * channels),
      offset_(padding * channels),
      frames_(frames, std::vector<float>(static_cast<size_t>(width + 2 * padding) * channels, 0.0f)) {}

void FrameHistory::push(const float* frame) noexcept {
  copyRow({frame, static_cast<size_t>(length_)}, frames_[next_].data() + offset_);
  next_ = (next_ + 1) % count();
}

void FrameHistory::reset() noexcept {
  for (auto& f : frames_) std::fill(f.begin(), f.end(), 0.0f);
}

Result<Conv> Conv::create(const Weights& weights, const std::string& name, const ConvSpec& s) {
  auto taken = take(weights, name, s, s.outputs, s.inputs);
  if (!taken) return Error{taken.error()};
  Conv layer;
  layer.spec_ = s;
  layer.bias_ = std::move(taken->bias);
  std::vector<float> ordered(static_cast<size_t>(s.outputs) * s.kernel * s.inputs);
  for (int i = 0; i < s.timeKernel; ++i) {
    for (int o = 0; o < s.outputs; ++o) {
      for (int k = 0; k < s.kernel; ++k) {
        for (int c = 0; c < s.inputs; ++c)
          ordered[(static_cast<size_t>(o) * s.kernel + k) * s.inputs + c] =
              taken->weight[((static_cast<size_t>(o) * s.inputs + c) * s.timeKernel + i) * s.kernel + k];
      }
    }
    layer.matrices_.emplace_back(ordered, s.outputs, s.kernel * s.inputs);
  }
  layer.history_ = FrameHistory(framesOf(s), s.width, s.inputs, s.padding);
  layer.sum_.assign(layer.matrices_[0].paddedRows(), 0.0f);
  layer.output_.assign(static_cast<size_t>(layer.outputWidth()) * s.outputs, 0.0f);
  return layer;
}

std::vector<float>& Conv::operator()(const float* frame) noexcept {
  history_.push(frame);
  for (int f = 0; f < outputWidth(); ++f) {
    copyRow(bias_, sum_.data());
    for (int i = 0; i < spec_.timeKernel; ++i) {
      matrices_[i].addTo(history_.past((spec_.timeKernel - 1 - i) * spec_.dilation) +
                             static_cast<size_t>(f) * spec_.stride * spec_.inputs,
                         sum_.data());
    }
    copyRow(std::span(sum_).first(spec_.outputs), &output_[static_cast<size_t>(f) * spec_.outputs]);
  }
  return output_;
}

Result<DepthwiseConv> DepthwiseConv::create(const Weights& weights, const std::string& name, const ConvSpec& s) {
  if (s.inputs != s.outputs || s.inputs % 4 != 0)
    return Error{name + ": a depthwise convolution has as many outputs as inputs, a multiple of four"};
  auto taken = take(weights, name, s, s.outputs, 1);
  if (!taken) return Error{taken.error()};
  DepthwiseConv layer;
  layer.spec_ = s;
  layer.bias_ = std::move(taken->bias);
  layer.taps_.resize(taken->weight.size());
  for (int c = 0; c < s.inputs; ++c) {
    for (int t = 0; t < s.timeKernel * s.kernel; ++t)
      layer.taps_[static_cast<size_t>(t) * s.inputs + c] =
          taken->weight[static_cast<size_t>(c) * s.timeKernel * s.kernel + t];
  }
  layer.history_ = FrameHistory(framesOf(s), s.width, s.inputs, s.padding);
  layer.output_.assign(static_cast<size_t>(layer.outputWidth()) * s.outputs, 0.0f);
  return layer;
}

std::vector<float>& DepthwiseConv::operator()(const float* frame) noexcept {
  history_.push(frame);
  const int channels = spec_.inputs;
  for (int f = 0; f < outputWidth(); ++f) {
    float* y = &output_[static_cast<size_t>(f) * channels];
    copyRow(bias_, y);
    const float* w = taps_.data();
    for (int i = 0; i < spec_.timeKernel; ++i) {
      const float* x =
          history_.past((spec_.timeKernel - 1 - i) * spec_.dilation) + static_cast<size_t>(f) * spec_.stride * channels;
      for (int k = 0; k < spec_.kernel; ++k, w += channels, x += channels) {
        for (int c = 0; c < channels; c += 4) store4(y + c, load4(y + c) + load4(w + c) * load4(x + c));
      }
    }
  }
  return output_;
}

Result<TransposedConv> TransposedConv::create(const Weights& weights, const std::string& name, const ConvSpec& s) {
  auto taken = take(weights, name, s, s.inputs, s.outputs);
  if (!taken) return Error{taken.error()};
  TransposedConv layer;
  layer.spec_ = s;
  layer.bias_ = std::move(taken->bias);
  if (layer.outputWidth() < 1) return Error{name + ": a convolution can't have this shape"};
  for (int i = 0; i < s.timeKernel; ++i) {
    for (int phase = 0; phase < s.stride; ++phase) {
      const int taps = tapsOf(s, phase), columns = taps * s.inputs;
      std::vector<float> ordered(static_cast<size_t>(s.outputs) * columns);
      for (int o = 0; o < s.outputs; ++o) {
        for (int tap = 0; tap < taps; ++tap) {
          const int k = phase + s.stride * (taps - 1 - tap);  // the lowest position takes the last tap
          for (int c = 0; c < s.inputs; ++c)
            ordered[static_cast<size_t>(o) * columns + tap * s.inputs + c] =
                taken->weight[((static_cast<size_t>(c) * s.outputs + o) * s.timeKernel + i) * s.kernel + k];
        }
      }
      layer.matrices_.emplace_back(ordered, s.outputs, columns);
    }
  }
  layer.history_ = FrameHistory(framesOf(s), s.width, s.inputs, tapsOf(s, 0) - 1);
  layer.sum_.assign(layer.matrices_[0].paddedRows(), 0.0f);
  layer.output_.assign(static_cast<size_t>(layer.outputWidth()) * s.outputs, 0.0f);
  return layer;
}

std::vector<float>& TransposedConv::operator()(const float* frame) noexcept {
  history_.push(frame);
  for (int f = 0; f < outputWidth(); ++f) {
    copyRow(bias_, sum_.data());
    const int phase = (f + spec_.padding) % spec_.stride, nearest = (f + spec_.padding) / spec_.stride;
    const int first =
        nearest + tapsOf(spec_, 0) - tapsOf(spec_, phase);  // of those that reach this one, in the history
    for (int i = 0; i < spec_.timeKernel; ++i)
      matrices_[i * spec_.stride + phase].addTo(
          history_.past(i * spec_.dilation) + static_cast<size_t>(first) * spec_.inputs, sum_.data());
    copyRow(std::span(sum_).first(spec_.outputs), &output_[static_cast<size_t>(f) * spec_.outputs]);
  }
  return output_;
}

}  // namespace rinse::nn
