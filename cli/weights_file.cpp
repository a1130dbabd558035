#include "cli/weights_file.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace rinse::cli {

namespace {

using nlohmann::json;

struct Embedded {
  const char* name;
  const unsigned char* bytes;
  size_t size;
};
#include "models_embedded.inc"

/// "" or what is wrong. `data` are the bytes behind the header.
std::string addTensors(const json& header, std::span<const std::byte> data, nn::Weights& weights) {
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const bool whole =
        entry.is_object() && entry.contains("dtype") && entry.contains("shape") && entry.contains("data_offsets");
    if (!whole || !entry["dtype"].is_string() || !entry["shape"].is_array() || !entry["data_offsets"].is_array() ||
        entry["data_offsets"].size() != 2)
      return "the header's entry " + name + " is none of a tensor";
    const std::string type = entry["dtype"];
    if (type != "F32" && type != "I8") return name + " is of the type " + type + "; F32 and I8 are accepted";
    for (const json& n : {entry["shape"], entry["data_offsets"]}) {
      for (const json& v : n) {
        if (!v.is_number_unsigned() || v > uint64_t{1} << 31)
          return "the header's entry " + name + " has a number that is none of a size";
      }
    }
    const size_t from = entry["data_offsets"][0], to = entry["data_offsets"][1];
    if (from > to || to > data.size()) return name + " lies beyond the end of the file";
    if (std::string wrong = weights.add(name, {type == "F32" ? nn::Type::f32 : nn::Type::i8,
                                               entry["shape"].get<std::vector<int>>(), data.subspan(from, to - from)});
        !wrong.empty())
      return wrong;
  }
  return {};
}

nn::Models& broughtAlong() {
  static nn::Models found = [] {
    nn::Models all;
    for (const Embedded& m : kEmbedded) {
      auto file = parseWeights(std::as_bytes(std::span(m.bytes, m.size)), m.name);
      if (file) all.emplace(m.name, std::move(file->weights));  // a damaged one is missed, in words, by who needs it
    }
    return all;
  }();
  return found;
}

}  // namespace

Result<WeightsFile> readWeights(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Error{path + ": can't be read"};
  const std::vector<char> raw{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto view = std::as_bytes(std::span(raw));
  std::vector<std::byte> bytes(view.begin(), view.end());
  auto file = parseWeights(bytes, path);
  if (file) file->bytes = std::move(bytes);  // stays where it is
  return file;
}

Result<WeightsFile> parseWeights(std::span<const std::byte> bytes, const std::string& name) {
  uint64_t length = 0;
  if (bytes.size() <= sizeof length) return Error{name + ": no safetensors file"};
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length == 0 || length > bytes.size() - sizeof length) return Error{name + ": no safetensors file"};
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + sizeof length;
  const json header = json::parse(text, text + length, nullptr, false);
  if (!header.is_object()) return Error{name + ": no safetensors file: its header is no JSON object"};
  const std::span<const std::byte> data = bytes.subspan(sizeof length + length);
  const json metadata = header.value("__metadata__", json::object());
  if (!metadata.is_object() || metadata.value("crc32", "") != std::to_string(nn::checksum(data)))
    return Error{name + ": damaged: its checksum is another one than its header says"};
  WeightsFile file;
  if (std::string wrong = addTensors(header, data, file.weights); !wrong.empty()) return Error{name + ": " + wrong};
  file.about = json::parse(metadata.value("rinse", "{}"), nullptr, false);
  if (!file.about.is_object()) return Error{name + ": what the header says under \"rinse\" is no JSON object"};
  return file;
}

const nn::Models& models() { return broughtAlong(); }

std::string replaceModel(const std::string& path) {
  static std::vector<WeightsFile> kept;  // what the weights point into
  auto file = readWeights(path);
  if (!file) return file.error();
  const json name = file->about.value("network", json());
  const auto found = broughtAlong().find(name.is_string() ? name.get<std::string>() : "");
  if (found == broughtAlong().end()) return path + ": its header names no network that Rinse has";
  found->second = file->weights;
  kept.push_back(std::move(*file));
  return {};
}

}  // namespace rinse::cli
