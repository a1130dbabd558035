// The adapter from samples to short-time spectra: runs a row of spectral effects inside one transform with perfect
// reconstruction. Not for effects that want another frame than the house frame.
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "blocks/fft.h"
#include "blocks/ramp.h"
#include "blocks/window.h"
#include "core/effect.h"

namespace rinse {

enum class FrameKind {
  House,       // 20 ms square-root Hann, 10 ms hop: latency 20 ms
  LowLatency,  // the same 20 ms analysis with asymmetric windows, 5 ms hop: latency 10 ms, twice the work
  Long,        // an eighth of a second, square-root Hann, half of it as hop: for files
};

class Spectral : public Processor {
 public:
  explicit Spectral(FrameKind kind) : kind_(kind) {}
  /// Appends an effect that somebody else owns. Before prepare().
  void add(SpectralEffect& effect) { slots_.push_back({&effect}); }
  int size() const { return static_cast<int>(slots_.size()); }
  /// Dry/wet of effect `index` in this row, 0 … 1; glides.
  void mix(int index, float wet) noexcept;

  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override;

 private:
  struct Slot {
    SpectralEffect* effect;
    Ramp wet{};
    float target = 1.0f;
    std::vector<std::complex<float>> waiting{};  // [lookAhead][channels][bins], a ring
    int oldest = 0;                              // of them
  };
  struct Channel {
    std::vector<float> input;                   // [frame] the newest samples, oldest first
    std::vector<float> overlap;                 // [2 * hop] sums of the frames so far, not complete yet
    std::vector<float> ready;                   // [hop] complete output
    std::vector<std::complex<float>> spectrum;  // [bins]
    std::vector<std::complex<float>> dry;       // [bins]
    std::vector<std::complex<float>> before;    // [bins] what the last effect got a frame ago, where it revises that
    std::vector<std::complex<float>> again;     // [bins] and what it makes of it now
  };
  void frame() noexcept;
  SpectralFrame spectra(std::vector<std::complex<float>> Channel::*) noexcept;
  void run(Slot&) noexcept;
  void wait(Slot&) noexcept;
  void revise(Slot&, float wet) noexcept;

  FrameKind kind_;
  std::vector<Slot> slots_;
  std::vector<Channel> channels_;
  WindowPair windows_{{}, {}, 0};
  std::optional<RealFft> fft_;  // made in prepare()
  std::vector<float> time_;     // [fftSize]
  std::vector<float> arrival_;  // [hop] from what the last effect said to what it says again
  bool revises_ = false;        // the last effect does
  int filled_ = 0;              // samples of the current hop that have arrived
};

}  // namespace rinse
