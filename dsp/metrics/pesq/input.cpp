#include "metrics/pesq/input.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "blocks/fft.h"
#include "metrics/pesq/bark.h"

namespace rinse::pesq {

namespace {

struct Point {
  double hz, db;
};

constexpr double kNone = -500.0;  // dB
constexpr Point kSpeechBand[] = {{0, kNone}, {300, kNone}, {350, 0}, {3250, 0}, {3500, kNone}, {8000, kNone}};
// Table of the IRS receive characteristic, ITU-T P.830 annex D as P.862 uses it, relative to 1 kHz.
constexpr Point kIrsReceive[] = {{0, -212}, {50, -52},  {100, -32},   {125, -24},  {160, -18}, {200, -12},
                                 {250, -8}, {300, -6},  {350, -4},    {400, -2},   {500, -1},  {600, 0},
                                 {3250, 0}, {3500, -8}, {4000, -212}, {8000, -212}};

// The band-pass that the standard aligns by, at 16 kHz (P.862, section 10.1.3 and its tables).
constexpr Biquad kAlignmentFilter[] = {
    {0.325631521, -0.086782860, -0.238848661, -1.079416490, 0.434583902},
    {0.403961804, -0.556985881, 0.153024077, -0.415115835, 0.696590244},
    {4.736162769, 3.287251046, 1.753289019, -1.859599046, 0.876284034},
    {0.365373469, 0.0, 0.0, -0.634626531, 0.0},
    {0.884811506, 0.0, 0.0, -0.256725271, 0.141536777},
    {0.723593055, -1.447186099, 0.723593044, -1.129587469, 0.657232737},
    {1.644910855, -1.817280902, 1.249658063, -1.778403899, 0.801724355},
    {0.633692689, -0.284644314, -0.319789663, 0.0, 0.0},
    {1.032763031, 0.268428979, 0.602913323, 0.0, 0.0},
    {1.001616361, -0.823749013, 0.439731942, -0.885778255, 0.0},
    {0.752472096, -0.375388990, 0.188977609, -0.077258216, 0.247230734},
    {1.023700575, 0.001661628, 0.521284240, -0.183867259, 0.354324187},
};

double interpolate(std::span<const Point> curve, double hz) {
  for (size_t i = 1; i < curve.size(); ++i) {
    const auto [lowHz, lowDb] = curve[i - 1];
    const auto [highHz, highDb] = curve[i];
    if (hz <= highHz) return lowDb + (highDb - lowDb) * (hz - lowHz) / (highHz - lowHz);
  }
  return curve.back().db;
}

/// Filters what lies between the first zeros and the end, by its spectrum.
void filter(Padded& signal, std::span<const Point> curve) {
  const int n = signal.length + kTail;
  const RealFft fft(RealFft::fastSize(n));
  std::vector<float> time(fft.size(), 0.0f);
  std::vector<std::complex<float>> spectrum(fft.bins());
  std::copy_n(signal.x.begin() + kPad, n, time.begin());
  fft.forward(time.data(), spectrum.data());
  for (int k = 0; k < fft.bins(); ++k) {
    const double gain = std::pow(10.0, interpolate(curve, static_cast<double>(k) * kRate / fft.size()) / 20.0);
    spectrum[k] *= static_cast<float>(gain / fft.size());
  }
  fft.inverse(spectrum.data(), time.data());
  std::copy_n(time.begin(), n, signal.x.begin() + kPad);
}

}  // namespace

Padded::Padded(std::span<const float> signal)
    : x(signal.size() + 2 * kPad + kTail, 0.0f), length(static_cast<int>(signal.size())) {
  std::transform(signal.begin(), signal.end(), x.begin() + kPad, [](float v) { return v * 32768.0f; });
}

bool setLevel(Padded& signal, int longest) {
  constexpr double kTargetPower = 1e7;
  Padded speech = signal;
  filter(speech, kSpeechBand);
  double sum = 0.0;
  for (int i = 0; i < signal.length + kTail; ++i) sum += static_cast<double>(speech.x[kPad + i]) * speech.x[kPad + i];
  const double power = sum / (longest + kTail);
  if (!(power > 1e-6)) return false;
  const auto scale = static_cast<float>(std::sqrt(kTargetPower / power));
  for (float& v : signal.x) v *= scale;
  return true;
}

void listen(Padded& signal, Band band) {
  if (band == Band::narrow) return filter(signal, kIrsReceive);
  constexpr int kFade = 16;  // samples, so that the filter does not ring at a cut
  const auto first = signal.x.begin() + kPad;
  for (int i = 1; i < std::min(kFade, signal.length); ++i) {
    first[i - 1] *= static_cast<float>(i) / kFade;
    first[signal.length - i] *= static_cast<float>(i) / kFade;
  }
  Biquad highPass = kWideBandInput;
  for (int i = 0; i < signal.length; ++i) first[i] = static_cast<float>(highPass.process(first[i]));
}

Padded forAlignment(const Padded& signal) {
  Padded out = signal;
  const auto first = out.x.begin() + kPad;
  double mean = 0.0;
  for (int i = 0; i < out.length; ++i) mean += first[i];
  mean /= out.length + 2 * kPad;  // as the standard has it: with the zeros
  for (int i = 0; i < out.length; ++i) first[i] -= static_cast<float>(mean);
  for (int i = 0; i < std::min(kWindow, out.length); ++i) {
    first[i] *= (0.5f + static_cast<float>(i)) / kWindow;
    first[out.length - 1 - i] *= (0.5f + static_cast<float>(i)) / kWindow;
  }
  for (Biquad section : kAlignmentFilter) {
    for (float& v : out.x) v = static_cast<float>(section.process(v));
  }
  return out;
}

}  // namespace rinse::pesq
