#include "cli/audio_file.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>

namespace rinse::cli {

namespace {

int integerBits(int format) {
  switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
      return 8;
    case SF_FORMAT_PCM_16:
    case SF_FORMAT_ALAC_16:
      return 16;
    case SF_FORMAT_PCM_24:
    case SF_FORMAT_ALAC_24:
      return 24;
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_ALAC_32:
      return 32;
    default:
      return 0;
  }
}

/// Nearest value of `bits` bits, left-justified in 32, clipped at full scale.
int quantize(float x, int bits) {
  const double full = std::exp2(bits - 1);
  const double q = std::clamp(std::nearbyint(static_cast<double>(x) * full), -full, full - 1.0);
  return static_cast<int>(static_cast<int64_t>(q) * (int64_t{1} << (32 - bits)));
}

}  // namespace

AudioFile::AudioFile(SNDFILE* file, const SF_INFO& info) : file_(file), info_(info), bits_(integerBits(info.format)) {}

Result<AudioFile> AudioFile::read(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return Error{path + ": there is no such file"};
  if (std::filesystem::is_directory(path, ignored)) return Error{path + ": this is a folder; a sound file is needed"};
  if (std::filesystem::is_regular_file(path, ignored) && std::filesystem::file_size(path, ignored) == 0) {
    return Error{path + ": the file is empty"};
  }
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  if (!file) {
    return Error{path + ": not a sound file that can be read here (" + sf_strerror(nullptr) +
                 "); WAV, FLAC, OGG and others of libsndfile are"};
  }
  AudioFile opened(file, info);
  if (info.frames == 0) return Error{path + ": the file holds no samples"};
  return opened;
}

Result<AudioFile> AudioFile::write(int descriptor, const std::string& name, int rate, int channels, int format) {
  SF_INFO info{0, rate, channels, format, 0, 0};
  SNDFILE* file = sf_open_fd(descriptor, SFM_WRITE, &info, SF_TRUE);
  if (!file) return Error{name + ": can't be written (" + std::string(sf_strerror(nullptr)) + ")"};
  sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  sf_command(file, SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);  // it holds the time of day: same sound, same file
  sf_command(file, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
  return AudioFile(file, info);
}

bool AudioFile::cutShort() const {
  std::vector<char> log(16384);
  sf_command(file_.get(), SFC_GET_LOG_INFO, log.data(), static_cast<int>(log.size()));
  // "data : 96000 (should be 48000)": what the header says, what there is. Recorders that write into a pipe say 2^32
  // - 1.
  for (const char* at = log.data(); (at = std::strstr(at, "data : ")) != nullptr; ++at) {
    unsigned long long promised = 0, held = 0;
    if (std::sscanf(at, "data : %llu (should be %llu)", &promised, &held) == 2 && promised > held &&
        promised < 0xfffffff0u)
      return true;
  }
  return false;
}

int AudioFile::read(Block b) {
  const size_t size = static_cast<size_t>(b.frames) * b.channels;
  int got;
  if (bits_ > 0) {
    integers_.resize(size);
    got = static_cast<int>(sf_readf_int(file_.get(), integers_.data(), b.frames));
    for (int c = 0; c < b.channels; ++c) {
      for (int i = 0; i < got; ++i) b[c][i] = static_cast<float>(integers_[i * b.channels + c]) * 0x1p-31f;
    }
  } else {
    floats_.resize(size);
    got = static_cast<int>(sf_readf_float(file_.get(), floats_.data(), b.frames));
    for (int c = 0; c < b.channels; ++c) {
      for (int i = 0; i < got; ++i) b[c][i] = floats_[i * b.channels + c];
    }
  }
  return got;
}

bool AudioFile::write(Block b) {
  const size_t size = static_cast<size_t>(b.frames) * b.channels;
  if (bits_ > 0) {
    integers_.resize(size);
    for (int c = 0; c < b.channels; ++c) {
      for (int i = 0; i < b.frames; ++i) integers_[i * b.channels + c] = quantize(b[c][i], bits_);
    }
    return sf_writef_int(file_.get(), integers_.data(), b.frames) == b.frames;
  }
  floats_.resize(size);
  for (int c = 0; c < b.channels; ++c) {
    for (int i = 0; i < b.frames; ++i) floats_[i * b.channels + c] = b[c][i];
  }
  return sf_writef_float(file_.get(), floats_.data(), b.frames) == b.frames;
}

bool AudioFile::close() { return sf_close(file_.release()) == 0; }

void eachPiece(AudioFile& file, const std::function<void(Block)>& with) {
  constexpr int kPiece = 4096;  // frames
  const int channels = file.info().channels;
  std::vector<std::vector<float>> samples(channels, std::vector<float>(kPiece));
  Block piece{{}, channels, kPiece};
  for (int c = 0; c < channels; ++c) piece.data[c] = samples[c].data();
  while ((piece.frames = file.read({piece.data, channels, kPiece})) > 0) with(piece);
}

Result<int> formatFor(const std::string& path, const SF_INFO& input) {
  static const std::map<std::string, int> majors = {
      {".wav", SF_FORMAT_WAV},  {".flac", SF_FORMAT_FLAC}, {".ogg", SF_FORMAT_OGG},
      {".opus", SF_FORMAT_OGG}, {".aif", SF_FORMAT_AIFF},  {".aiff", SF_FORMAT_AIFF},
      {".caf", SF_FORMAT_CAF},  {".w64", SF_FORMAT_W64},   {".rf64", SF_FORMAT_RF64}};
  std::string extension = std::filesystem::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  const auto found = majors.find(extension);
  if (found == majors.end()) {
    return Error{
        path +
        ": the ending says no format that can be written; .wav, .flac, .ogg, .opus, .aiff, .caf, .w64 and .rf64 can"};
  }
  int major = found->second;
  const int inputMajor = input.format & SF_FORMAT_TYPEMASK;
  if (major == SF_FORMAT_WAV && (inputMajor == SF_FORMAT_WAVEX || inputMajor == SF_FORMAT_RF64)) major = inputMajor;
  // A WAV holds 4 GB; what may grow beyond is written as RF64 and becomes a plain WAV again when it stayed below.
  if (major == SF_FORMAT_WAV && static_cast<double>(input.frames) * input.channels * 8.0 > 4e9) major = SF_FORMAT_RF64;
  const int lossy = extension == ".opus" ? SF_FORMAT_OPUS : SF_FORMAT_VORBIS;
  const int order[] = {extension == ".opus" ? SF_FORMAT_OPUS : input.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_24,
                       SF_FORMAT_PCM_16, lossy};
  const bool opusRate = input.samplerate == 8000 || input.samplerate == 12000 || input.samplerate == 16000 ||
                        input.samplerate == 24000 || input.samplerate == 48000;
  if (extension == ".opus" && !opusRate) {
    return Error{path + ": Opus can't hold " + std::to_string(input.samplerate) +
                 " Hz; 8, 12, 16, 24 and 48 kHz it can"};
  }
  for (int subtype : order) {
    if (subtype >= SF_FORMAT_MPEG_LAYER_I && subtype <= SF_FORMAT_MPEG_LAYER_III)
      continue;  // passes the check, not the opening
    SF_INFO wanted{0, input.samplerate, input.channels, major | subtype, 0, 0};
    if (sf_format_check(&wanted)) return wanted.format;
  }
  return Error{path + ": " + extension + " can't hold " + std::to_string(input.channels) + " channels at " +
               std::to_string(input.samplerate) + " Hz"};
}

}  // namespace rinse::cli
