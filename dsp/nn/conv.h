// Convolutions over frequency and time that take one frame after the other and look at past frames only. Frames are
// [width][channels], channels fastest. A one-dimensional convolution over time is one of width 1.
#pragma once

#include <string>
#include <vector>

#include "nn/matrix.h"
#include "nn/weights.h"

namespace rinse::nn {

struct ConvSpec {
  int inputs, outputs;  // channels; a depthwise convolution has as many of both
  int width;            // of the input, positions (bands, bins)
  int timeKernel = 1;   // frames, this one and past ones
  int kernel = 1;       // positions
  int stride = 1;       // over positions
  int padding = 0;      // positions of zeros to either side
  int dilation = 1;     // over time
};

/// The last frames, each with its padding. Zeros before the first one.
class FrameHistory {
 public:
  FrameHistory() = default;
  FrameHistory(int frames, int width, int channels, int padding);
  void push(const float* frame) noexcept;  // [width][channels]
  /// From the first position of the padding on.
  const float* past(int frames) const noexcept { return frames_[(next_ + count() - 1 - frames) % count()].data(); }
  void reset() noexcept;

 private:
  int count() const { return static_cast<int>(frames_.size()); }
  int length_ = 0, offset_ = 0, next_ = 0;
  std::vector<std::vector<float>> frames_;
};

/// y[t][f][o] = b[o] + sum over i, k, c of w[o][c][i][k] x[t - (timeKernel - 1 - i) dilation][f stride + k -
/// padding][c].
class Conv {
 public:
  /// Takes `name`.weight [outputs][inputs][timeKernel][kernel] and `name`.bias [outputs].
  static Result<Conv> create(const Weights& weights, const std::string& name, const ConvSpec& spec);
  int outputWidth() const { return (spec_.width + 2 * spec_.padding - spec_.kernel) / spec_.stride + 1; }
  /// [outputWidth][outputs], the caller's until the next call.
  std::vector<float>& operator()(const float* frame) noexcept;
  void reset() noexcept { history_.reset(); }

 private:
  ConvSpec spec_{};
  std::vector<Matrix> matrices_;  // [timeKernel], each [outputs][kernel * inputs]
  std::vector<float> bias_;
  FrameHistory history_;
  std::vector<float> sum_, output_;
};

/// The same for each channel alone: y[t][f][c] = b[c] + sum over i, k of w[c][0][i][k] x[…][f stride + k - padding][c].
/// Channels: a multiple of four.
class DepthwiseConv {
 public:
  /// Takes `name`.weight [channels][1][timeKernel][kernel] and `name`.bias [channels].
  static Result<DepthwiseConv> create(const Weights& weights, const std::string& name, const ConvSpec& spec);
  int outputWidth() const { return (spec_.width + 2 * spec_.padding - spec_.kernel) / spec_.stride + 1; }
  std::vector<float>& operator()(const float* frame) noexcept;
  void reset() noexcept { history_.reset(); }

 private:
  ConvSpec spec_{};
  std::vector<float> taps_;  // [timeKernel][kernel][channels]
  std::vector<float> bias_;
  FrameHistory history_;
  std::vector<float> output_;
};

/// Transposed over positions, so that stride widens: y[t][f stride + k - padding][o] += w[c][o][i][k] x[t - i
/// dilation][f][c], bias once.
class TransposedConv {
 public:
  /// Takes `name`.weight [inputs][outputs][timeKernel][kernel] and `name`.bias [outputs].
  static Result<TransposedConv> create(const Weights& weights, const std::string& name, const ConvSpec& spec);
  int outputWidth() const { return (spec_.width - 1) * spec_.stride - 2 * spec_.padding + spec_.kernel; }
  std::vector<float>& operator()(const float* frame) noexcept;
  void reset() noexcept { history_.reset(); }

 private:
  ConvSpec spec_{};
  std::vector<Matrix> matrices_;  // [timeKernel][phase], each [outputs][input positions that reach it][inputs]
  std::vector<float> bias_;
  FrameHistory history_;
  std::vector<float> sum_, output_;
};

}  // namespace rinse::nn
