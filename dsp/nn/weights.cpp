#include "nn/weights.h"

#include <array>
#include <cmath>
#include <cstring>

namespace rinse::nn {

namespace {

std::string text(const std::vector<int>& shape) {
  std::string s;
  for (const int n : shape) s += (s.empty() ? "[" : ", ") + std::to_string(n);
  return s.empty() ? "[]" : s + "]";
}

/// Elements of a shape; 0 where it is none that a network has.
size_t count(const std::vector<int>& shape) {
  constexpr size_t kMost = size_t{1} << 28;
  size_t n = 1;
  for (const int d : shape) {
    if (d < 1 || static_cast<size_t>(d) > kMost / n) return 0;
    n *= static_cast<size_t>(d);
  }
  return n;
}

}  // namespace

uint32_t checksum(std::span<const std::byte> bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> t{};
    for (uint32_t i = 0; i < t.size(); ++i) {
      t[i] = i;
      for (int bit = 0; bit < 8; ++bit) t[i] = t[i] & 1 ? 0xedb88320u ^ (t[i] >> 1) : t[i] >> 1;
    }
    return t;
  }();
  uint32_t crc = ~0u;
  for (const std::byte b : bytes) crc = table[(crc ^ static_cast<uint32_t>(b)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

std::string Weights::add(const std::string& name, const Tensor& tensor) {
  const size_t n = count(tensor.shape), size = tensor.type == Type::f32 ? 4 : 1;
  if (n == 0) return "the weights' tensor " + name + " has the shape " + text(tensor.shape);
  if (tensor.bytes.size() != n * size) {
    return "the weights' tensor " + name + " holds " + std::to_string(tensor.bytes.size()) + " bytes; " +
           text(tensor.shape) + " needs " + std::to_string(n * size);
  }
  if (!tensors_.emplace(name, tensor).second) return "the weights hold " + name + " twice";
  return {};
}

Result<std::vector<float>> Weights::take(const std::string& name, const std::vector<int>& shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return Error{"the weights hold no " + name};
  const Tensor& tensor = found->second;
  if (tensor.shape != shape)
    return Error{"the weights' " + name + " has the shape " + text(tensor.shape) + "; " + text(shape) + " is needed"};
  std::vector<float> values(count(shape));
  if (tensor.type == Type::f32) {
    std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  } else {
    auto scale = take(name + ".scale", {shape[0]});
    if (!scale) return scale;
    const size_t row = values.size() / static_cast<size_t>(shape[0]);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(static_cast<int8_t>(tensor.bytes[i])) * (*scale)[i / row];
  }
  for (const float v : values) {
    if (!std::isfinite(v)) return Error{"the weights' " + name + " holds values that are no numbers"};
  }
  return values;
}

}  // namespace rinse::nn
