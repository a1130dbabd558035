#include "nn/voice_frame.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "blocks/erb.h"
#include "nn/activation.h"

namespace rinse::nn {

namespace {

constexpr int kTopBin = 480;  // 24 kHz
constexpr float kPower = 0.3f;
constexpr float kLeastPower = 1e-12f;  // compressed to 0.016: below the noise of 16 bits at the house frame
constexpr float kMostInput = 10.0f;    // times the running mean
constexpr float kFullScale = 2.5f;     // of white noise between -1 and 1; what is louder counts as this
constexpr double kRiseSeconds = 0.3, kFallSeconds = 3.0;
// Of a position's background, not tuned: a syllable of 0.2 s lifts the floor by a tenth of what it stands above it.
constexpr double kFloorRiseSeconds = 2.0, kFloorFallSeconds = 0.05, kMeanSeconds = 1.0;

/// |X|^0.3 from |X|^2.
float compress(float power) { return std::pow(power + kLeastPower, kPower / 2); }

/// Two complex numbers z tanh(|z|) / |z|: inside the unit circle, phase as it is.
f32x4 bounded(f32x4 z) {
  const f32x4 squares = z * z, power = squares + __builtin_shufflevector(squares, squares, 1, 0, 3, 2);
  const f32x4 magnitude = exp2_4(0.5f * log2_4(power)), tangent = tanh4(magnitude);
  // Of little ones by the series, since the quotient of two would be inexact.
  const f32x4 series = 1.0f - power * (1.0f / 3.0f - power * (2.0f / 15.0f - power * (17.0f / 315.0f)));
  return z * select(power < 0.04f, series, tangent / magnitude);
}

}  // namespace

const std::array<int, VoiceFrame::kBands + 1>& VoiceFrame::edges() {
  static const auto found = [] {
    std::array<int, kBands + 1> e{};
    const double low = erbRate(kBins * kBinHz), high = erbRate(kTopBin * kBinHz);
    for (int b = 0; b <= kBands; ++b)
      e[b] = static_cast<int>(std::lround(hzOfErbRate(low + (high - low) * b / kBands) / kBinHz));
    e[kBands] = kTopBin + 1;  // with the bin at 24 kHz
    return e;
  }();
  return found;
}

void VoiceFrame::reset() noexcept {
  level_ = 0.0f;
  frames_ = 0;
  odd_ = absurd_ = false;
  for (auto& frame : past_) frame.fill(0.0f);
  floor_.fill(0.0f), mean_.fill(0.0f);
}

void VoiceFrame::input(std::span<const std::complex<float>> spectrum, float* input) noexcept {
  const int bins = static_cast<int>(spectrum.size());
  std::fill_n(input, kPositions * kInputs, 0.0f);
  std::rotate(past_.begin(), past_.end() - 1, past_.end());
  past_[0].fill(0.0f);
  float sum = 0.0f;
  for (int k = 0; k < std::min(bins, kBins); ++k) {
    const float power = std::norm(spectrum[k]), magnitude = compress(power);
    // A hop turns the phase of what lies in the middle of an odd bin by half a circle: with every second one turned
    // back, a steady tone stands still.
    const std::complex<float> turned = odd_ && k % 2 == 1 ? -spectrum[k] : spectrum[k];
    const float scale = magnitude / std::sqrt(power + kLeastPower);
    float* to = input + k * kInputs;
    to[0] = magnitude, to[1] = turned.real() * scale, to[2] = turned.imag() * scale;
    past_[0][k] = turned.real(), past_[0][kBins + k] = turned.imag();
    sum += magnitude;
  }
  for (int b = 0; b < kBands; ++b) {
    const int from = std::min(edges()[b], bins), to = std::min(edges()[b + 1], bins);
    float power = 0.0f;
    for (int k = from; k < to; ++k) power += std::norm(spectrum[k]);
    input[(kBins + b) * kInputs] = compress(power / static_cast<float>(std::max(1, to - from)));
  }
  odd_ = !odd_;
  ++frames_;
  tones(input);
  background(input);
  // The level is that of the bins, which every rate has.
  absurd_ = sum / kBins > kFullScale;
  const float now = std::min(sum / kBins, kFullScale);
  level_ += weight(now > level_ ? kRiseSeconds : kFallSeconds) * (now - level_);
  const float scale = 1.0f / level_;
  for (int i = 0; i < kPositions * kInputs; ++i) input[i] = std::clamp(input[i] * scale, -kMostInput, kMostInput);
}

/// Fourier transforms over the frames that a filter reaches, of each bin: at its middle and at thirds of its width
/// below and above. Harmonics of low voices, which one frame can't tell apart, are apart here.
void VoiceFrame::tones(float* input) const noexcept {
  static const auto taps = [] {  // a Hann window, alone and turned by a third of a bin in a hop
    std::array<std::array<float, 3>, kTaps> found{};
    for (int t = 0; t < kTaps; ++t) {
      const double window = (1.0 - std::cos(2.0 * std::numbers::pi * (t + 1) / (kTaps + 1))) / (kTaps + 1);
      const double turn = 2.0 * std::numbers::pi * kBinHz / kTones * kHopSeconds * t;
      found[t] = {static_cast<float>(window), static_cast<float>(window * std::cos(turn)),
                  static_cast<float>(window * std::sin(turn))};
    }
    return found;
  }();
  std::array<float, 2 * kBins> middle{}, cosine{}, sine{};  // real, then imaginary parts
  for (int t = 0; t < kTaps; ++t) {
    for (int i = 0; i < 2 * kBins; ++i) {
      middle[i] += taps[t][0] * past_[t][i];
      cosine[i] += taps[t][1] * past_[t][i];
      sine[i] += taps[t][2] * past_[t][i];
    }
  }
  for (int k = 0; k < kBins; ++k) {
    const int i = kBins + k;
    const f32x4 re = {cosine[k] + sine[i], middle[k], cosine[k] - sine[i], 0.0f},
                im = {cosine[i] - sine[k], middle[i], cosine[i] + sine[k], 0.0f};
    const f32x4 magnitudes = exp2_4(kPower / 2 * log2_4(re * re + im * im + kLeastPower));
    static_assert(kTones == 3);
    for (int j = 0; j < kTones; ++j) input[k * kInputs + 3 + j] = magnitudes[j];
  }
}

/// Of the newest frame in a running mean; the first ones are their plain mean.
float VoiceFrame::weight(double seconds) const noexcept {
  return static_cast<float>(std::max(1.0 / frames_, 1.0 - std::exp(-kHopSeconds / seconds)));
}

/// Follows each position's magnitude, down at once and up slowly, and its mean. The network remembers too, but only at
/// the few positions of its middle.
void VoiceFrame::background(float* input) noexcept {
  const float up = weight(kFloorRiseSeconds), down = weight(kFloorFallSeconds), both = weight(kMeanSeconds);
  for (int p = 0; p < kPositions; ++p) {
    float* at = input + p * kInputs;
    const float now = *at;
    floor_[p] += (now > floor_[p] ? up : down) * (now - floor_[p]);
    mean_[p] += both * (now - mean_[p]);
    at[3 + kTones] = floor_[p], at[4 + kTones] = mean_[p];
  }
}

void VoiceFrame::answer(const float* output, int ahead, std::span<std::complex<float>> filter,
                        std::span<float> gain) noexcept {
  static_assert(kOutputs == 2 * kTaps && kBins * kOutputs % 4 == 0);
  auto* taps = reinterpret_cast<float*>(filter.data());  // as [std complex.numbers] has it
  for (int i = 0; i < kBins * kOutputs; i += 4) store4(taps + i, bounded(load4(output + i)));
  for (int k = 1; k < kBins; k += 2) {  // turned as the network sees them
    for (int t = 1 - ahead % 2; t < kTaps; t += 2) filter[k * kTaps + t] = -filter[k * kTaps + t];
  }
  const int bins = static_cast<int>(gain.size());
  for (int b = 0; b < kBands; ++b) {
    const float g = 1.0f / (1.0f + std::exp(-output[(kBins + b) * kOutputs + 2 * ahead]));
    const int end = b + 1 < kBands ? std::min(edges()[b + 1], bins) : bins;  // the last one goes on above 24 kHz
    for (int k = edges()[b]; k < end; ++k) gain[k] = g;
  }
}

}  // namespace rinse::nn
