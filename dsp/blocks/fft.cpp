#include "blocks/fft.h"

#include <kiss_fftr.h>

namespace rinse {

static_assert(sizeof(kiss_fft_cpx) == sizeof(std::complex<float>));

void RealFft::Free::operator()(void* plan) const { kiss_fftr_free(plan); }

RealFft::RealFft(int size)
    : size_(size),
      forward_(kiss_fftr_alloc(size, 0, nullptr, nullptr)),
      inverse_(kiss_fftr_alloc(size, 1, nullptr, nullptr)) {}

void RealFft::forward(const float* time, std::complex<float>* spectrum) const noexcept {
  kiss_fftr(static_cast<kiss_fftr_cfg>(forward_.get()), time, reinterpret_cast<kiss_fft_cpx*>(spectrum));
}

void RealFft::inverse(const std::complex<float>* spectrum, float* time) const noexcept {
  kiss_fftri(static_cast<kiss_fftr_cfg>(inverse_.get()), reinterpret_cast<const kiss_fft_cpx*>(spectrum), time);
}

int RealFft::fastSize(int n) { return kiss_fftr_next_fast_size_real(n); }

}  // namespace rinse
