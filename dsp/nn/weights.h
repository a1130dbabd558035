// The weights of a network by name, as a safetensors file holds them. Every tensor is checked when a layer takes it:
// name, shape, finite values. Knows nothing of files or JSON: a host reads the header and adds the tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

namespace rinse::nn {

enum class Type { f32, i8 };

/// One tensor, dense, the last index fastest. The bytes belong to whoever added it and must outlive the Weights.
struct Tensor {
  Type type;
  std::vector<int> shape;
  std::span<const std::byte> bytes;
};

/// CRC-32 (ISO 3309, as zlib has it) of a file's tensors: its header says what it must be.
uint32_t checksum(std::span<const std::byte> bytes);

class Weights {
 public:
  /// Returns what is wrong with it, or nothing.
  std::string add(const std::string& name, const Tensor& tensor);

  /// The values, row by row. An int8 tensor `name` [rows][…] is multiplied by its float tensor `name`.scale [rows].
  Result<std::vector<float>> take(const std::string& name, const std::vector<int>& shape) const;
  bool has(const std::string& name) const { return tensors_.contains(name); }
  /// Whether there is anything whose name begins so.
  bool hasPart(const std::string& prefix) const {
    const auto found = tensors_.lower_bound(prefix);
    return found != tensors_.end() && found->first.starts_with(prefix);
  }

 private:
  std::map<std::string, Tensor> tensors_;
};

/// The weights of each network that a host has loaded, by its name.
using Models = std::map<std::string, Weights, std::less<>>;

}  // namespace rinse::nn
