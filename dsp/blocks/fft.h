// The real Fourier transform of a fixed even length, by KissFFT. Not for convolution of long signals in one piece.
#pragma once

#include <complex>
#include <memory>
#include <vector>

namespace rinse {

class RealFft {
 public:
  /// Prepares transforms of `size` real samples (even). The only place that allocates.
  explicit RealFft(int size);

  int size() const { return size_; }
  int bins() const { return size_ / 2 + 1; }

  /// time[size] -> spectrum[bins], unscaled.
  void forward(const float* time, std::complex<float>* spectrum) const noexcept;
  /// spectrum[bins] -> time[size], scaled so that inverse(forward(x)) = size * x.
  void inverse(const std::complex<float>* spectrum, float* time) const noexcept;

  /// The smallest even length >= n whose half factors into 2, 3 and 5, so that the transform is fast at any sample
  /// rate.
  static int fastSize(int n);

 private:
  struct Free {
    void operator()(void* plan) const;
  };
  int size_;
  std::unique_ptr<void, Free> forward_, inverse_;
};

}  // namespace rinse
