#include "metrics/scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "blocks/resampler.h"
#include "metrics/alignment.h"
#include "metrics/composite.h"
#include "metrics/log_spectral_distance.h"
#include "metrics/musical_noise.h"
#include "metrics/pesq.h"
#include "metrics/si_sdr.h"
#include "metrics/snr.h"
#include "metrics/srmr.h"
#include "metrics/stoi.h"

namespace rinse {

namespace {

enum {
  kPesqWb,
  kPesqNb,
  kStoi,
  kEstoi,
  kSiSdr,
  kSnr,
  kSegSnr,
  kLsd,
  kLsdHf,
  kCsig,
  kCbak,
  kCovl,
  kPesqRaw,
  kSrmr,
  kKurtosis,
  kCepstral,
  kCount
};

constexpr std::array<Metric, kCount> kMetrics{{
    {"pesq_wb", "PESQ, wide band", "MOS-LQO", true, false,
     "Speech quality as listeners rate it, 1 to 4.64 (ITU-T P.862.2)"},
    {"pesq_nb", "PESQ, narrow band", "MOS-LQO", true, false,
     "The same for the telephone band, 1 to 4.55 (ITU-T P.862.1)"},
    {"stoi", "STOI", "", true, false, "How many words are understood, 0 to 1 (Taal 2011)"},
    {"estoi", "ESTOI", "", true, false, "The same, for noise that fluctuates (Jensen & Taal 2016)"},
    {"si_sdr", "SI-SDR", "dB", true, false, "Signal over distortion whatever the level, up to 8 kHz (Le Roux 2019)"},
    {"snr", "SNR", "dB", true, false, "Signal over everything that differs from it, up to 8 kHz"},
    {"seg_snr", "Segmental SNR", "dB", true, false, "The same in pieces of 30 ms, so that quiet parts count"},
    {"lsd", "Spectral distance", "dB", false, false, "Log-spectral distance, whole band"},
    {"lsd_hf", "Spectral distance, treble", "dB", false, false,
     "Log-spectral distance from 8 to 20 kHz: shows deleted treble"},
    {"csig", "CSIG", "MOS", true, false, "The voice as listeners rate it, 1 to 5 (Hu & Loizou 2008)"},
    {"cbak", "CBAK", "MOS", true, false, "The background as listeners rate it, 1 to 5"},
    {"covl", "COVL", "MOS", true, false, "The whole as listeners rate it, 1 to 5"},
    {"pesq_raw", "PESQ, narrow band, unmapped", "", true, false,
     "pesq_nb before it is mapped to opinion scores, -0.5 to 4.5 (ITU-T P.862)"},
    {"srmr", "SRMR", "", true, false, "Speech over reverberation, needs no reference (Falk 2010)"},
    {"log_kurtosis_ratio", "Musical noise", "", false, true,
     "How much more peaky the noise became, best 0 (Uemura 2008)"},
    {"cepstral_peak", "Cepstral peaks in noise", "dB", false, true, "How much the noise's cepstral peaks have grown"},
}};

constexpr int kSpeechRate = 16000;
constexpr double kMostLengthDifference = 0.5;  // seconds

using Samples = std::vector<float>;
using View = std::span<const float>;

std::string fault(const Recording& r, const char* name) {
  const std::string who(name);
  if (r.channels.empty() || r.channels[0].empty()) return who + " has no samples";
  if (r.rate < 8000 || r.rate > 192000)
    return who + " has a rate of " + std::to_string(r.rate) + " Hz; 8000 to 192000 are accepted";
  for (const Samples& c : r.channels) {
    for (const float v : c) {
      if (!(std::abs(v) <= kLoudest)) return who + " holds samples that are no numbers or beyond all measure";
    }
  }
  return {};
}

std::string mismatch(const Recording& a, const Recording& b, const char* name) {
  if (a.channels.size() != b.channels.size()) {
    return std::string(name) + " has " + std::to_string(b.channels.size()) + " channels and the reference " +
           std::to_string(a.channels.size());
  }
  const double secondsA = static_cast<double>(a.channels[0].size()) / a.rate,
               secondsB = static_cast<double>(b.channels[0].size()) / b.rate;
  if (std::abs(secondsA - secondsB) <= kMostLengthDifference) return {};
  return std::string(name) + " is " + std::to_string(secondsB) + " s long and the reference " +
         std::to_string(secondsA) + " s; they may differ by 0.5 s";
}

/// A recording at another rate; the recording itself where that is its own.
class AtRate {
 public:
  AtRate(const Recording& r, int rate) {
    for (const Samples& c : r.channels) {
      if (r.rate != rate) converted_.push_back(resample(c, r.rate, rate));
    }
    const auto& channels = r.rate == rate ? r.channels : converted_;
    views_.assign(channels.begin(), channels.end());
  }
  AtRate(const AtRate&) = delete;
  const std::vector<View>& views() const { return views_; }

 private:
  std::vector<Samples> converted_;
  std::vector<View> views_;
};

/// What overlaps once `lag` is taken off the second signal.
std::pair<View, View> overlap(View x, View y, int lag) {
  const size_t skipX = lag < 0 ? -lag : 0, skipY = lag > 0 ? lag : 0;
  if (skipX >= x.size() || skipY >= y.size()) return {};
  const size_t n = std::min(x.size() - skipX, y.size() - skipY);
  return {x.subspan(skipX, n), y.subspan(skipY, n)};
}

/// One channel, lined up, at the common rate; noisy may be empty.
struct Lined {
  View reference, estimate, noisy;
};

void measure(const Lined& full, int rate, const std::vector<bool>& wanted, std::vector<double>& values) {
  const auto any = [&](std::initializer_list<int> ids) {
    return std::any_of(ids.begin(), ids.end(), [&](int i) { return wanted[i]; });
  };
  const Samples x = resample(full.reference, rate, kSpeechRate), y = resample(full.estimate, rate, kSpeechRate);
  if (any({kPesqWb, kCsig, kCbak, kCovl})) values[kPesqWb] = wideBandPesq(x, y);
  if (any({kPesqNb, kPesqRaw})) {
    values[kPesqRaw] = narrowBandPesq(x, y);
    values[kPesqNb] = narrowBandOpinion(values[kPesqRaw]);
  }
  if (any({kStoi, kEstoi})) {
    const Intelligibility i = intelligibility(x, y, kSpeechRate);
    values[kStoi] = i.stoi, values[kEstoi] = i.estoi;
  }
  if (any({kSiSdr})) values[kSiSdr] = siSdr(x, y);
  if (any({kSnr})) values[kSnr] = snr(x, y);
  if (any({kSegSnr, kCbak})) values[kSegSnr] = segmentalSnr(x, y, kSpeechRate);
  if (any({kLsd})) values[kLsd] = logSpectralDistance(full.reference, full.estimate, rate, 0.0, rate / 2.0);
  if (any({kLsdHf}) && rate >= 40000)
    values[kLsdHf] = logSpectralDistance(full.reference, full.estimate, rate, 8000.0, 20000.0);
  if (any({kCsig, kCbak, kCovl})) {
    const Composite c = composite(x, y, kSpeechRate, values[kPesqWb], values[kSegSnr]);
    values[kCsig] = c.csig, values[kCbak] = c.cbak, values[kCovl] = c.covl;
  }
  if (any({kSrmr})) values[kSrmr] = srmr(y, kSpeechRate);
  if (any({kKurtosis, kCepstral}) && !full.noisy.empty()) {
    const MusicalNoise m = musicalNoise(full.reference, full.noisy, full.estimate, rate);
    values[kKurtosis] = m.logKurtosisRatio, values[kCepstral] = m.cepstralPeak;
  }
  for (int i = 0; i < kCount; ++i) {
    if (!wanted[i]) values[i] = std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

Result<Scores> score(const Recording& reference, const Recording& estimate, const Recording* noisy,
                     const std::vector<bool>& wanted) {
  for (const auto& [recording, name] :
       {std::pair{&reference, "the reference"}, {&estimate, "the estimate"}, {noisy, "the noisy signal"}}) {
    if (!recording) continue;
    if (std::string wrong = fault(*recording, name); !wrong.empty()) return Error{wrong};
    if (std::string wrong = mismatch(reference, *recording, name); !wrong.empty()) return Error{wrong};
  }
  const int rate = std::min(reference.rate, noisy ? std::min(estimate.rate, noisy->rate) : estimate.rate);
  const Recording nothing;
  const AtRate x(reference, rate), y(estimate, rate), n(noisy ? *noisy : nothing, rate);
  const int lag = findLag(x.views(), y.views(), rate), noisyLag = noisy ? findLag(x.views(), n.views(), rate) : 0;

  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  Scores scores{static_cast<int>(std::lround(static_cast<double>(lag) * reference.rate / rate)),
                {},
                std::vector<double>(kCount, kNone)};
  for (size_t c = 0; c < x.views().size(); ++c) {
    Lined lined;
    std::tie(lined.reference, lined.estimate) = overlap(x.views()[c], y.views()[c], lag);
    Samples shifted(noisy ? lined.reference.size() : 0,
                    0.0f);  // at the reference's own samples from the first of the overlap on
    const int64_t first = (lag < 0 ? -lag : 0) + noisyLag;
    for (size_t i = 0; i < shifted.size(); ++i) {
      const int64_t from = static_cast<int64_t>(i) + first;
      if (from >= 0 && from < static_cast<int64_t>(n.views()[c].size())) shifted[i] = n.views()[c][from];
    }
    lined.noisy = shifted;
    measure(lined, rate, wanted.empty() ? std::vector<bool>(kCount, true) : wanted,
            scores.channels.emplace_back(kCount, kNone));
  }
  for (int i = 0; i < kCount; ++i) {
    double sum = 0.0;
    int count = 0;
    for (const auto& channel : scores.channels) {
      if (!std::isnan(channel[i])) sum += channel[i], ++count;
    }
    if (count) scores.mean[i] = sum / count;
  }
  return scores;
}

}  // namespace rinse
