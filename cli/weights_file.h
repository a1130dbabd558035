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
  std::vector<std::byte> bytes;  // what `weights` points into
  nn::Weights weights;
  nlohmann::json about;  // what the file says of itself: topology and signal contract
};

Result<WeightsFile> readWeights(const std::string& path);

}  // namespace rinse::cli
