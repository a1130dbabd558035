#include "cli/part_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace rinse::cli {

PartFile::PartFile(std::string path, std::string destination, int descriptor)
    : path_(std::move(path)), destination_(std::move(destination)), descriptor_(descriptor) {}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      destination_(std::move(other.destination_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

PartFile::~PartFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<PartFile> PartFile::beside(const std::string& destination) {
  std::string path = destination + ".XXXXXX.part";
  const int descriptor = ::mkstemps(path.data(), 5);
  if (descriptor < 0) return Error{destination + ": can't be written (" + std::strerror(errno) + ")"};
  const mode_t mask = ::umask(0);  // mkstemps makes it private; a result is as readable as any other file
  ::umask(mask);
  ::fchmod(descriptor, 0666 & ~mask);
  return PartFile(path, destination, descriptor);
}

int PartFile::takeDescriptor() { return std::exchange(descriptor_, -1); }

std::string PartFile::keep() {
  if (std::rename(path_.c_str(), destination_.c_str()) != 0) return destination_ + ": " + std::strerror(errno);
  path_.clear();
  return {};
}

std::string writeWhole(const std::string& path, const std::string& text) {
  auto part = PartFile::beside(path);
  if (!part) return part.error();
  std::FILE* file = ::fdopen(part->takeDescriptor(), "w");
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if ((file && std::fclose(file) != 0) || !written) return path + ": the disk took no more; nothing was written";
  return part->keep();
}

}  // namespace rinse::cli
