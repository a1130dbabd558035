// The inference core against PyTorch (tests/golden/nn.safetensors, written by models/common/golden.py), kernels against
// their plain twins, and weights that are refused.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "allocations.h"
#include "cli/weights_file.h"
#include "nn/activation.h"
#include "nn/conv.h"
#include "nn/gru.h"
#include "nn/linear.h"
#include "nn/matrix.h"
#include "nn/norm.h"
#include "signals.h"

namespace rinse::nn {
namespace {

constexpr int kFrames = 7;
constexpr float kTolerance = 1e-5f;  // of values around one: elementary functions, order of additions

const Weights& golden() {
  static const cli::WeightsFile file = [] {
    auto read = cli::readWeights(RINSE_SOURCE "/tests/golden/nn.safetensors");
    EXPECT_TRUE(read) << read.error();
    return std::move(*read);
  }();
  return file.weights;
}

std::vector<float> values(const std::string& name, const std::vector<int>& shape) {
  auto taken = golden().take(name, shape);
  EXPECT_TRUE(taken) << taken.error();
  return taken ? *taken : std::vector<float>(100000);
}

/// Runs a layer over the golden input frames and compares each output frame.
template <class Step>
void compare(const std::string& name, std::vector<int> inputShape, std::vector<int> outputShape, Step step) {
  const auto x = values(name + ".x", inputShape), y = values(name + ".y", outputShape);
  const size_t in = x.size() / inputShape[0], out = y.size() / outputShape[0];
  for (int t = 0; t < inputShape[0]; ++t) {
    const std::vector<float> now = step(&x[t * in]);
    for (size_t i = 0; i < out; ++i)
      ASSERT_NEAR(now[i], y[t * out + i], kTolerance) << name << " frame " << t << " value " << i;
  }
}

template <class Layer>
Layer made(Result<Layer> layer) {
  EXPECT_TRUE(layer) << layer.error();
  return std::move(*layer);
}

TEST(Linear, IsPyTorchs) {
  const auto layer = made(Linear::create(golden(), "linear", 13, 10));
  compare("linear", {kFrames, 13}, {kFrames, 10}, [&](const float* x) {
    std::vector<float> y(layer.paddedOutputs());
    layer(x, y.data());
    return y;
  });
}

TEST(Linear, InGroupsIsPyTorchs) {
  const auto layer = made(Linear::create(golden(), "grouped", 12, 20, 4));
  compare("grouped", {kFrames, 12}, {kFrames, 20}, [&](const float* x) {
    std::vector<float> y(layer.paddedOutputs());
    layer(x, y.data());
    return y;
  });
}

TEST(Gru, IsPyTorchs) {
  auto layer = made(Gru::create(golden(), "gru", 11, 16));
  compare("gru", {kFrames, 11}, {kFrames, 16}, [&](const float* x) { return layer(x); });
  layer.reset();  // and again, from the start
  compare("gru", {kFrames, 11}, {kFrames, 16}, [&](const float* x) { return layer(x); });
}

TEST(Gru, InGroupsIsPyTorchs) {
  auto layer = made(Gru::create(golden(), "grouped_gru", 12, 16, 2));
  compare("grouped_gru", {kFrames, 12}, {kFrames, 16}, [&](const float* x) { return layer(x); });
}

TEST(LayerNorm, IsPyTorchs) {
  const auto layer = made(LayerNorm::create(golden(), "norm", 24));
  compare("norm", {kFrames, 24}, {kFrames, 24}, [&](const float* x) {
    std::vector<float> y(x, x + 24);
    layer(y.data());
    return y;
  });
}

TEST(Conv, IsPyTorchs) {
  auto strided = made(
      Conv::create(golden(), "conv",
                   {.inputs = 3, .outputs = 10, .width = 17, .timeKernel = 3, .kernel = 5, .stride = 2, .padding = 2}));
  compare("conv", {kFrames, 17, 3}, {kFrames, 9, 10}, [&](const float* x) { return strided(x); });
  auto dilated = made(
      Conv::create(golden(), "dilated",
                   {.inputs = 4, .outputs = 8, .width = 9, .timeKernel = 2, .kernel = 3, .padding = 1, .dilation = 3}));
  compare("dilated", {kFrames, 9, 4}, {kFrames, 9, 8}, [&](const float* x) { return dilated(x); });
  auto temporal = made(Conv::create(golden(), "temporal", {.inputs = 8, .outputs = 12, .width = 1, .timeKernel = 4}));
  compare("temporal", {kFrames, 1, 8}, {kFrames, 1, 12}, [&](const float* x) { return temporal(x); });
}

TEST(DepthwiseConv, IsPyTorchs) {
  auto layer = made(DepthwiseConv::create(
      golden(), "depthwise",
      {.inputs = 8, .outputs = 8, .width = 9, .timeKernel = 3, .kernel = 3, .stride = 2, .padding = 1}));
  compare("depthwise", {kFrames, 9, 8}, {kFrames, 5, 8}, [&](const float* x) { return layer(x); });
  layer.reset();
  compare("depthwise", {kFrames, 9, 8}, {kFrames, 5, 8}, [&](const float* x) { return layer(x); });
}

TEST(TransposedConv, IsPyTorchs) {
  auto layer = made(TransposedConv::create(
      golden(), "transposed",
      {.inputs = 6, .outputs = 9, .width = 8, .timeKernel = 2, .kernel = 5, .stride = 2, .padding = 2}));
  compare("transposed", {kFrames, 8, 6}, {kFrames, 15, 9}, [&](const float* x) { return layer(x); });
}

TEST(Activation, IsPyTorchs) {
  for (const auto& [name, f] : {std::pair<std::string, f32x4 (*)(f32x4)>{"sigmoid", sigmoid4}, {"tanh", tanh4}}) {
    auto x = values(name + ".x", {64});
    const auto y = values(name + ".y", {64});
    apply4(x, f);
    for (int i = 0; i < 64; ++i) EXPECT_NEAR(x[i], y[i], 2e-6) << name;
  }
}

TEST(Matrix, IsItsPlainTwinToTheBit) {
  for (const auto& [rows, columns] : {std::pair{8, 8}, {1, 1}, {10, 13}, {96, 65}, {56, 3}}) {
    const auto w = test::whiteNoise(rows * columns, 0.5f, 1), x = test::whiteNoise(columns, 1.0f, 2);
    const Matrix matrix(w, rows, columns);
    std::vector<float> fast(matrix.paddedRows(), 0.25f), plain = fast;
    matrix.addTo(x.data(), fast.data());
    matrix.addToPlain(x.data(), plain.data());
    EXPECT_EQ(std::vector<float>(fast.begin(), fast.begin() + rows),
              std::vector<float>(plain.begin(), plain.begin() + rows));
  }
}

TEST(Layers, AllocateNothingWhileTheyRun) {
  auto gru = made(Gru::create(golden(), "gru", 11, 16));
  auto conv = made(
      Conv::create(golden(), "conv",
                   {.inputs = 3, .outputs = 10, .width = 17, .timeKernel = 3, .kernel = 5, .stride = 2, .padding = 2}));
  const std::vector<float> x(100, 0.1f);
  const long before = test::allocations();
  for (int t = 0; t < 10; ++t) gru(x.data()), conv(x.data());
  EXPECT_EQ(test::allocations(), before);
}

TEST(Weights, OfInt8AreScaledByTheirRows) {
  const auto q = values("quantized.weight", {10, 13}), w = values("linear.weight", {10, 13});
  for (size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(q[i], w[i], 0.5 / 127.0 * 0.3);
}

TEST(Weights, AreRefusedWithTheReason) {
  const float numbers[] = {1.0f, 2.0f, std::nanf(""), 4.0f};
  const auto bytes = std::as_bytes(std::span(numbers));
  Weights w;
  EXPECT_EQ(w.add("a", {Type::f32, {4}, bytes}), "");
  EXPECT_NE(w.add("a", {Type::f32, {4}, bytes}).find("twice"), std::string::npos);
  EXPECT_NE(w.add("b", {Type::f32, {5}, bytes}).find("16 bytes; [5] needs 20"), std::string::npos);
  EXPECT_NE(w.add("c", {Type::f32, {1 << 20, 1 << 20}, bytes}).find("shape"), std::string::npos);
  EXPECT_NE(w.add("d", {Type::f32, {-1}, bytes}).find("shape"), std::string::npos);
  EXPECT_NE(w.take("a", {4}).error().find("no numbers"), std::string::npos);
  EXPECT_NE(w.take("a", {2, 2}).error().find("[2, 2] is needed"), std::string::npos);
  EXPECT_NE(w.take("e", {1}).error().find("no e"), std::string::npos);
  EXPECT_FALSE(Gru::create(golden(), "gru", 11, 12));
  EXPECT_FALSE(Linear::create(golden(), "linear", 13, 10, 3));
  EXPECT_FALSE(Conv::create(golden(), "conv", {.inputs = 3, .outputs = 10, .width = 2, .timeKernel = 3, .kernel = 5}));
}

TEST(WeightsFile, IsRefusedWhereAnyByteIsWrong) {
  const std::string path = RINSE_SOURCE "/tests/golden/nn.safetensors";
  std::ifstream in(path, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto other =
      (std::filesystem::temp_directory_path() / ("rinse-weights-" + std::to_string(::getpid()))).string();
  const auto reads = [&](const std::string& content) {
    std::ofstream(other, std::ios::binary) << content;
    return bool(cli::readWeights(other));
  };
  EXPECT_TRUE(reads(whole));
  for (const size_t at : {size_t{0}, size_t{7}, size_t{8}, size_t{40}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[at] ^= 0x5a;
    EXPECT_FALSE(reads(damaged)) << at;
  }
  for (const size_t length : {size_t{0}, size_t{5}, size_t{8}, size_t{100}, whole.size() - 1})
    EXPECT_FALSE(reads(whole.substr(0, length))) << length;
  EXPECT_FALSE(cli::readWeights("/nowhere"));
  std::filesystem::remove(other);
}

}  // namespace
}  // namespace rinse::nn
