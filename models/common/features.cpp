// The product's features for the trainer, as a shared library with C functions (models/common/features.py).
#include <algorithm>
#include <complex>
#include <vector>

#include "blocks/fft.h"
#include "blocks/window.h"
#include "metrics/pesq.h"
#include "metrics/pesq/bark.h"
#include "metrics/pesq/input.h"
#include "nn/voice_frame.h"

using rinse::nn::VoiceFrame;

namespace {

constexpr int kHop = 480, kFrame = 2 * kHop;

std::vector<float> analysisWindow(bool lowLatency) {
  return (lowLatency ? rinse::asymmetricHann(kFrame, kHop / 2) : rinse::squareRootHann(kHop)).analysis;
}

}  // namespace

extern "C" {

int voice_positions() { return VoiceFrame::kPositions; }
int voice_bins() { return VoiceFrame::kBins; }
int voice_inputs() { return VoiceFrame::kInputs; }
int voice_outputs() { return VoiceFrame::kOutputs; }
const int* voice_edges() { return VoiceFrame::edges().data(); }

/// to[960]: what frames are multiplied by.
void voice_window(bool lowLatency, float* to) {
  const auto window = analysisWindow(lowLatency);
  std::copy(window.begin(), window.end(), to);
}

/// PESQ for wide-band speech of samples at 16 kHz.
double wide_band_pesq(const float* clean, const float* estimate, int samples) {
  const auto count = static_cast<size_t>(samples);
  return rinse::wideBandPesq({clean, count}, {estimate, count});
}

/// PESQ's filter of the listening situation, wide band at 16 kHz: to[5], b0, b1, b2, a1, a2.
void wide_band_input(double* to) {
  const rinse::Biquad& h = rinse::pesq::kWideBandInput;
  for (const double v : {h.b0, h.b1, h.b2, h.a1, h.a2}) *to++ = v;
}

/// The Bark bands of PESQ: to[49][6], number of bins of 31.25 Hz, width in Bark, density on the model's scale,
/// threshold of hearing, exponent and scale of loudness.
void bark_bands(double* to) {
  for (const rinse::pesq::BarkBand& b : rinse::pesq::kBark) {
    const auto law = rinse::pesq::loudnessLaw(b);
    for (const double v : {static_cast<double>(b.bins), b.widthBark, b.density * rinse::pesq::kPowerScale,
                           b.hearingThreshold, law.exponent, law.scale})
      *to++ = v;
  }
}

/// samples[frames * 480] at 48 kHz through the house frame, or one windowed as for low latency every 10 ms:
/// input[frames][positions][inputs] and spectrum[frames][481] (complex). The first frame ends with the first hop.
void voice_features(const float* samples, int frames, bool lowLatency, float* input, std::complex<float>* spectrum) {
  const rinse::RealFft fft(kFrame);
  const auto window = analysisWindow(lowLatency);
  std::vector<float> time(kFrame), past(kFrame, 0.0f);
  VoiceFrame frame;
  for (int t = 0; t < frames; ++t) {
    std::copy(past.begin() + kHop, past.end(), past.begin());
    std::copy_n(samples + t * kHop, kHop, past.begin() + kHop);
    for (int i = 0; i < kFrame; ++i) time[i] = past[i] * window[i];
    std::complex<float>* to = spectrum + static_cast<size_t>(t) * fft.bins();
    fft.forward(time.data(), to);
    if (input)
      frame.input({to, static_cast<size_t>(fft.bins())},
                  input + static_cast<size_t>(t) * VoiceFrame::kPositions * VoiceFrame::kInputs);
  }
}
}
