// A streaming sample-rate converter for one channel: polyphase windowed sinc, linear phase. Not for variable ratios.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rinse {

/// Kaiser-windowed sinc (Kaiser 1974; Oppenheim & Schafer, Discrete-Time Signal Processing, 3rd ed., eqs. 7.75-7.76),
/// stop band -110 dB from the Nyquist frequency of the lower rate on. Output sample j is the input's value at time (j -
/// outDelay) * in / out + inAdvance exactly, so a chain of converters can be lined up to the sample.
class Resampler {
 public:
  /// `inRate` -> `outRate`, whole Hz. `zeroCrossings` is the half width of the sinc at the lower rate: the pass band
  /// ends at 1 - 7.1 / zeroCrossings of the lower Nyquist frequency. `outDelay` is in output samples, `inAdvance` in
  /// input samples.
  Resampler(int inRate, int outRate, int zeroCrossings = 64, int outDelay = 0, int inAdvance = 0);

  /// Takes in[count], writes the outputs that are complete, at most `limit`, to `out` and returns how many. What the
  /// limit leaves comes with the next call. No allocation as long as count <= maxIn.
  int process(const float* in, int count, float* out, int limit = INT32_MAX) noexcept;
  void prepare(int maxIn);
  void reset();

  /// The most outputs that `count` inputs can complete.
  int maxOutputs(int count) const;
  /// Input samples that must follow a point in time before its output is complete.
  int lookAhead() const { return half_; }

 private:
  float interpolate(const float* x, int64_t phase) const noexcept;

  int up_, down_;               // outRate / inRate in lowest terms
  int half_;                    // half width of the kernel in input samples
  int phases_;                  // rows of the table: up_, or kMaxPhases with linear interpolation between rows
  int64_t start_;               // position of output 0 in 1 / up_ input samples
  std::vector<float> kernel_;   // [phases_ + 1][2 * half_]
  std::vector<float> history_;  // the last 2 * half_ inputs, then the current ones
  int64_t position_ = 0;        // first tap of the next output in history_, in 1 / up_ input samples
};

/// A whole signal at once, aligned: result[j] is the value at time j / outRate. For measurement, not for streams.
std::vector<float> resample(std::span<const float> in, int inRate, int outRate);

}  // namespace rinse
