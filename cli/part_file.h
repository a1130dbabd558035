// A file in the making: written beside its destination under a name of its own, and put in its place only when it is
// whole. What is not kept is removed. Nothing that exists is touched before that.
#pragma once

#include <string>

#include "core/error.h"

namespace rinse::cli {

class PartFile {
 public:
  /// A new file in the folder of `destination`.
  static Result<PartFile> beside(const std::string& destination);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  /// An open descriptor for reading and writing, the caller's to close.
  int takeDescriptor();
  /// Gives the file its name. Says what was wrong, or nothing.
  std::string keep();

 private:
  PartFile(std::string path, std::string destination, int descriptor);
  std::string path_, destination_;
  int descriptor_;
};

/// Writes `text` to `path` as a whole or not at all. Says what was wrong, or nothing.
std::string writeWhole(const std::string& path, const std::string& text);

}  // namespace rinse::cli
