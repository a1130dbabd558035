#include "metrics/srmr.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <vector>

#include "blocks/biquad.h"
#include "blocks/fft.h"

namespace rinse {

namespace {

using std::numbers::pi;
using Complex = std::complex<double>;

// Falk 2010, section III: 23 auditory bands from 125 Hz on, 8 modulation bands of Q = 2 from 4 to 128 Hz, windows of
// 256 ms every 64 ms.
constexpr int kBands = 23, kModulations = 8, kSpeechModulations = 4;
constexpr double kLowestHz = 125.0, kLowestModulation = 4.0, kHighestModulation = 128.0, kQ = 2.0;
constexpr int kPieceSeconds = 60;  // longer signals are worked on in pieces: memory
constexpr double kWindowSeconds = 0.256, kHopSeconds = 0.064;
constexpr double kEarQ = 9.26449, kLeastWidth = 24.7;  // equivalent rectangular bandwidths, Glasberg & Moore 1990
constexpr double kEnergyShare = 0.9;                   // eq. 6: the bandwidth below which so much of the energy lies

double erb(double hz) { return hz / kEarQ + kLeastWidth; }

/// Centre of band i, ascending, evenly spaced on the ERB scale below half the rate (Slaney 1993, eq. 4).
double centre(int i, int rate) {
  const double offset = kEarQ * kLeastWidth, top = rate / 2.0 + offset;
  return top * std::exp((kBands - i) * std::log((kLowestHz + offset) / top) / kBands) - offset;
}

/// Fourth-order gammatone filter as four sections (Slaney 1993, "An efficient implementation of the
/// Patterson-Holdsworth auditory filter bank"), of gain one at its centre.
std::array<Biquad, 4> gammatone(double hz, int rate) {
  const double w = 2.0 * pi * hz / rate, decay = std::exp(-1.019 * 2.0 * pi * erb(hz) / rate);
  const Complex z = std::polar(1.0, -w);
  std::array<Biquad, 4> sections;
  const double root = std::pow(2.0, 1.5);
  const std::array<double, 4> zeros{std::sqrt(3.0 + root), -std::sqrt(3.0 + root), std::sqrt(3.0 - root),
                                    -std::sqrt(3.0 - root)};
  for (int s = 0; s < 4; ++s) {
    Biquad& b = sections[s];
    b.b1 = -decay * (std::cos(w) + zeros[s] * std::sin(w));
    b.a1 = -2.0 * decay * std::cos(w);
    b.a2 = decay * decay;
    const double gain = std::abs((b.b0 + b.b1 * z) / (1.0 + b.a1 * z + b.a2 * z * z));
    b.b0 /= gain, b.b1 /= gain;
  }
  return sections;
}

/// Magnitude of the analytic signal.
class Envelope {
 public:
  explicit Envelope(int length)
      : fft_(RealFft::fastSize(length)), real_(fft_.size()), quadrature_(fft_.size()), spectrum_(fft_.bins()) {}

  const std::vector<float>& operator()(const std::vector<float>& x) {
    std::fill(real_.begin(), real_.end(), 0.0f);
    std::copy(x.begin(), x.end(), real_.begin());
    fft_.forward(real_.data(), spectrum_.data());
    for (auto& s : spectrum_) s *= std::complex<float>(0.0f, -1.0f / static_cast<float>(fft_.size()));
    spectrum_.front() = spectrum_.back() = 0.0f;
    fft_.inverse(spectrum_.data(), quadrature_.data());
    for (size_t i = 0; i < x.size(); ++i)
      quadrature_[i] = std::sqrt(real_[i] * real_[i] + quadrature_[i] * quadrature_[i]);
    return quadrature_;
  }

 private:
  RealFft fft_;
  std::vector<float> real_, quadrature_;
  std::vector<std::complex<float>> spectrum_;
};

using Modulations = std::array<double, kModulations>;

/// The second-order band-passes of all modulation bands, side by side so that the compiler can take several at a time.
class ModulationBank {
 public:
  explicit ModulationBank(int rate) {
    for (int m = 0; m < kModulations; ++m) {
      const double hz = kLowestModulation * std::pow(kHighestModulation / kLowestModulation, m / (kModulations - 1.0));
      const double t = std::tan(pi * hz / rate), width = t / kQ, norm = 1.0 + width + t * t;
      b0_[m] = width / norm, a1_[m] = (2.0 * t * t - 2.0) / norm, a2_[m] = (1.0 - width + t * t) / norm;
      lowEdge_[m] = hz - width * rate / (2.0 * pi);
    }
  }

  void reset() { s1_ = s2_ = {}; }
  void process(float x, float* out) {
    for (int m = 0; m < kModulations; ++m) {  // transposed direct form II with b1 = 0, b2 = -b0
      const double y = b0_[m] * x + s1_[m];
      s1_[m] = s2_[m] - a1_[m] * y;
      s2_[m] = -b0_[m] * x - a2_[m] * y;
      out[m] = static_cast<float>(y);
    }
  }
  double lowEdge(int m) const { return lowEdge_[m]; }  // Hz

 private:
  Modulations b0_, a1_, a2_, s1_{}, s2_{}, lowEdge_;
};

using Energies = std::array<Modulations, kBands>;  // mean over windows

/// How many modulation bands count, from the bandwidth that holds 90 % of the energy (section III-D).
int countedBands(const Energies& energy, const ModulationBank& bank, int rate) {
  std::array<double, kBands> band{};
  double total = 0.0;
  for (int b = 0; b < kBands; ++b) {
    for (const double e : energy[b]) band[b] += e;
    total += band[b];
  }
  double sum = 0.0;
  int b = 0;
  while (b < kBands - 1 && (sum += band[b]) <= kEnergyShare * total) ++b;
  const double width = erb(centre(b, rate));
  int counted = kSpeechModulations + 1;
  while (counted < kModulations && width >= bank.lowEdge(counted)) ++counted;
  return counted;
}

/// Adds the energies of one piece's windows.
class EnergyMeter {
 public:
  EnergyMeter(int longest, int rate)
      : rate_(rate),
        hop_(static_cast<int>(std::ceil(kHopSeconds * rate))),
        envelope_(longest),
        bank_(rate),
        modulation_(static_cast<size_t>(longest) * kModulations),
        hamming2_(static_cast<size_t>(std::ceil(kWindowSeconds * rate))) {
    const auto window = static_cast<double>(hamming2_.size());
    for (size_t i = 0; i < hamming2_.size(); ++i)
      hamming2_[i] =
          static_cast<float>(std::pow(0.54 - 0.46 * std::cos(2.0 * pi * static_cast<double>(i) / window), 2.0));
  }

  /// The number of windows.
  int add(std::span<const float> piece, Energies& energy) {
    const int n = static_cast<int>(piece.size()), window = static_cast<int>(hamming2_.size());
    int windows = 0;
    std::vector<float> band(n);
    for (int b = 0; b < kBands; ++b) {
      auto sections = gammatone(centre(b, rate_), rate_);
      for (int i = 0; i < n; ++i) {
        double v = piece[i];
        for (Biquad& s : sections) v = s.process(v);
        band[i] = static_cast<float>(v);
      }
      const std::vector<float>& e = envelope_(band);
      bank_.reset();
      for (int i = 0; i < n; ++i) bank_.process(e[i], &modulation_[static_cast<size_t>(i) * kModulations]);
      windows = 0;
      for (int at = 0; at + window <= n; at += hop_, ++windows) {
        for (int i = 0; i < window; ++i) {
          const float* now = &modulation_[static_cast<size_t>(at + i) * kModulations];
          for (int m = 0; m < kModulations; ++m) energy[b][m] += static_cast<double>(hamming2_[i]) * now[m] * now[m];
        }
      }
    }
    return windows;
  }

  const ModulationBank& bank() const { return bank_; }

 private:
  int rate_, hop_;
  Envelope envelope_;
  ModulationBank bank_;
  std::vector<float> modulation_;  // [samples][modulations]
  std::vector<float> hamming2_;    // squared: for energies
};

}  // namespace

double srmr(std::span<const float> signal, int rate) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const size_t n = signal.size(), least = static_cast<size_t>(rate) / 2;
  if (n < least || std::all_of(signal.begin(), signal.end(), [](float v) { return v == 0.0f; })) return kNone;
  const size_t longest = std::min(n, static_cast<size_t>(kPieceSeconds) * rate);
  EnergyMeter meter(static_cast<int>(longest), rate);
  Energies energy{};
  int windows = 0;
  for (size_t at = 0; at + least <= n; at += longest)
    windows += meter.add(signal.subspan(at, std::min(longest, n - at)), energy);
  for (Modulations& band : energy) {
    for (double& m : band) m /= windows;
  }
  double speech = 0.0, reverberation = 0.0;
  const int counted = countedBands(energy, meter.bank(), rate);
  for (const auto& modulations : energy) {
    for (int m = 0; m < counted; ++m) (m < kSpeechModulations ? speech : reverberation) += modulations[m];
  }
  return reverberation > 0.0 ? speech / reverberation : kNone;  // eq. 8
}

}  // namespace rinse
