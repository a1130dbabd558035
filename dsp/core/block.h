// A piece of planar audio that somebody else owns. Not a container.
#pragma once

#include <array>

namespace rinse {

inline constexpr int kMaxChannels = 8;
inline constexpr float kLoudest = 1e6f;  // 120 dB above full scale: squares and sums of them stay finite

struct Block {
  std::array<float*, kMaxChannels> data{};  // [channels][frames]
  int channels = 0;
  int frames = 0;
  float* sideChain = nullptr;  // [frames] what an effect may listen to instead of the audio; nullptr: there is none

  float* operator[](int channel) const { return data[channel]; }

  /// Of all channels at that frame.
  float mean(int frame) const {
    float sum = 0.0f;
    for (int c = 0; c < channels; ++c) sum += data[c][frame];
    return sum / static_cast<float>(channels);
  }

  /// Frames [from, from + count) of the same audio.
  Block part(int from, int count) const {
    Block b{data, channels, count, sideChain ? sideChain + from : nullptr};
    for (int c = 0; c < channels; ++c) b.data[c] += from;
    return b;
  }
};

}  // namespace rinse
