// Sound files through libsndfile, as planar float blocks. Integers of up to 24 bits and floats
// come back bit for bit when nothing changed them.
#pragma once

#include <sndfile.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/error.h"

namespace rinse::cli {

/// One open file, for reading or for writing.
class AudioFile {
 public:
  static Result<AudioFile> read(const std::string& path);
  /// Into an open descriptor, which is closed with the file. `format` as libsndfile names it; `name` for errors.
  static Result<AudioFile> write(int descriptor, const std::string& name, int rate, int channels, int format);

  const SF_INFO& info() const { return info_; }
  /// Frames, as far as the header says; 0 where it does not.
  int64_t promisedFrames() const { return info_.frames == SF_COUNT_MAX ? 0 : info_.frames; }
  /// True when the header promises more bytes than the file holds.
  bool cutShort() const;

  /// Fills block.data with up to block.frames frames; returns how many there were, 0 at the end.
  int read(Block);
  /// False when the disk would not take it all.
  bool write(Block);
  /// Closes a written file; false when the last bytes did not fit.
  bool close();

 private:
  struct Close {
    void operator()(SNDFILE* f) const { sf_close(f); }
  };
  AudioFile(SNDFILE* file, const SF_INFO& info);

  std::unique_ptr<SNDFILE, Close> file_;
  SF_INFO info_;
  int bits_;                   // of an integer format; 0: through floats
  std::vector<int> integers_;  // interleaved, left-justified
  std::vector<float> floats_;  // interleaved
};

/// Reads what is left of the file in pieces.
void eachPiece(AudioFile& file, const std::function<void(Block)>& with);

/// The format for `path`: the input's own where the container (by extension) is the same or can hold its subtype,
/// 24-bit PCM where it can hold that only; an error when the extension is none that can be written.
Result<int> formatFor(const std::string& path, const SF_INFO& input);

}  // namespace rinse::cli
