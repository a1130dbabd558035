// Network weights from a safetensors file: eight bytes of length, a header in JSON, the tensors' bytes. Checked whole
// before anything of it is used.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "nn/weights.h"

namespace rinse::cli {

struct WeightsFile {
  std::vector<std::byte> bytes;  // what `weights` points into, where it was read from a file
  nn::Weights weights;
  nlohmann::json about;  // what the file says of itself: topology and signal contract
};

Result<WeightsFile> readWeights(const std::string& path);
/// The same from bytes that outlive the result; `name` is for errors.
Result<WeightsFile> parseWeights(std::span<const std::byte> bytes, const std::string& name);

/// The networks that the program brings along (models/*/*.safetensors).
const nn::Models& models();
/// Takes the network of a weights file in place of the one of that name; "" or what is wrong. Before any engine is
/// made.
std::string replaceModel(const std::string& path);

}  // namespace rinse::cli
