// The voice network and what it sees: spectra in, answers out. Where it answers late anyway, for files, it hears the
// first seconds twice and answers the second time: after silence it needs some seconds to tell a voice from this noise.
#pragma once

#include <complex>
#include <span>
#include <vector>

#include "nn/voice_frame.h"
#include "nn/voice_net.h"

namespace rinse::nn {

class VoiceListener {
 public:
  /// Heard twice, frames. An even number, since VoiceFrame turns every second frame's phases.
  static constexpr int kTwice = 500;

  explicit VoiceListener(VoiceNet net);
  /// Of so many bins, 50 Hz apart.
  void prepare(int bins);
  /// Frames between a spectrum and its answer.
  int delay() const { return twice_ + net_.delay(); }
  /// spectrum[bins]. Until the first answer is there it gives zeros.
  VoiceNet::Answer operator()(std::span<const std::complex<float>> spectrum) noexcept;
  void reset() noexcept;

 private:
  VoiceNet::Answer hear(std::span<const std::complex<float>> spectrum) noexcept;
  void rehearse() noexcept;
  std::span<std::complex<float>> waiting(int frame) noexcept;

  VoiceFrame frame_;
  VoiceNet net_;
  int twice_, bins_ = 0;
  std::vector<std::complex<float>> waiting_;  // [twice_][bins] a ring
  int heard_ = 0, oldest_ = 0;                // of the first ones; place in the ring, once it is full
  int sounding_ = 0;                          // of the first ones, those up to the last that is not digital silence
  std::vector<float> input_, nothing_;        // [kPositions][kInputs], [kPositions][kOutputs]
};

}  // namespace rinse::nn
