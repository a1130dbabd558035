#include "metrics/findings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace rinse {

namespace {

template <class... Values>
std::string say(const char* format, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

const char* plural(long long count) { return count == 1 ? "" : "s"; }

/// What the figures mean. Limits are those at which listeners begin to mind, and clearly do.
class Judge {
 public:
  explicit Judge(Inspection& report, double sampleRate) : r_(report), rate_(sampleRate) {}

  void run() {
    offsets();
    if (*std::max_element(r_.channels.rmsDb.begin(), r_.channels.rmsDb.end()) < -90.0)
      return found("channels", true, "The recording is silent.");
    channels();
    noise();
    hum();
    clipping();
    clicks();
    reverberation();
    loudness();
    bandwidth();
    std::stable_sort(r_.findings.begin(), r_.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  }

 private:
  void found(const char* id, bool clear, std::string text) {
    r_.findings.push_back({id, clear ? Finding::clear : Finding::slight, std::move(text)});
  }

  void offsets() {
    for (size_t c = 0; c < r_.channels.offset.size(); ++c) {
      const double percent = 100.0 * r_.channels.offset[c];
      if (std::abs(percent) > 1.0)
        found("channels", false,
              say("Channel %d has a constant offset of %.1f %% of full scale.", static_cast<int>(c) + 1, percent));
    }
  }

  void channels() {
    const auto& levels = r_.channels.rmsDb;
    const int count = static_cast<int>(levels.size());
    const double loudest = *std::max_element(levels.begin(), levels.end());
    for (int c = 0; c < count; ++c) {
      if (levels[c] < std::min(loudest - 50.0, -80.0) && !isLowFrequencyChannel(c, count))
        found("channels", true, say("Channel %d is dead.", c + 1));
    }
    if (r_.channels.inverted)
      found("channels", true, "One of the first two channels is inverted: in mono they cancel each other.");
    if (r_.channels.identical && count == 2) found("channels", false, "Both channels are the same: this is mono.");
    if (std::abs(r_.channels.balanceDb) > 6.0 && std::min(levels[0], levels.back()) > -80.0) {
      found("channels", false,
            say("The %s channel is %.0f dB louder.", r_.channels.balanceDb > 0.0 ? "left" : "right",
                std::abs(r_.channels.balanceDb)));
    }
  }

  void noise() {
    const double ratio = r_.noise.ratioDb;
    if (std::isnan(ratio) && !std::isnan(r_.noise.noiseDb) && r_.noise.noiseDb > -70.0)
      return found("noise", true,
                   say("Steady sound of %.0f dB throughout, nothing stands out of it.", r_.noise.noiseDb));
    if (ratio < 30.0 && r_.noise.noiseDb > -75.0)
      found("noise", ratio < 18.0, say("Noise: the voice stands only %.0f dB above it.", ratio));
  }
  void hum() {
    if (r_.hum.hz > 0.0 && r_.hum.db > -75.0)
      found("hum", r_.hum.db > -50.0,
            say("Hum at %.1f Hz, %d harmonic%s, %.0f dB.", r_.hum.hz, r_.hum.harmonics, plural(r_.hum.harmonics),
                r_.hum.db));
  }
  void clipping() {
    if (r_.clippedPeaks > 0)
      found("clipping", r_.clippedPeaks > r_.seconds,
            say("%lld clipped peak%s, from %.1f dB on.", r_.clippedPeaks, plural(r_.clippedPeaks), r_.clippedLevelDb));
  }
  void clicks() {
    const double perSecond = static_cast<double>(r_.clicks) / r_.seconds;
    if (perSecond > 0.5 && r_.clippedPeaks == 0)
      found("clicks", perSecond > 1.0, say("%lld click%s, %.1f each second.", r_.clicks, plural(r_.clicks), perSecond));
  }
  void reverberation() {
    if (r_.srmr < 4.0 && r_.noise.ratioDb > 20.0)
      found("reverberation", r_.srmr < 2.8,  // noise lowers the measure too
            say("Reverberation: speech to reverberation modulation ratio %.1f.", r_.srmr));
  }
  void loudness() {
    const double lufs = r_.loudness.integratedLufs;
    if (lufs < -30.0) found("loudness", lufs < -40.0, say("Too soft: %.0f LUFS.", lufs));
    if (lufs > -12.0) found("loudness", lufs > -8.0, say("Very loud: %.0f LUFS.", lufs));
    if (r_.truePeakDb > 0.0)
      found("loudness", r_.truePeakDb > 1.0,
            say("Peaks rise to %.1f dBTP between the samples: players may clip them.", r_.truePeakDb));
  }
  void bandwidth() {
    if (r_.bandwidthHz > 0.0 && r_.bandwidthHz < 0.8 * rate_ / 2.0 && r_.bandwidthHz < 10000.0) {
      found("bandwidth", r_.bandwidthHz < 4500.0,
            say("Nothing above %.1f kHz, though the file could hold %.1f.", r_.bandwidthHz / 1000.0, rate_ / 2000.0));
    }
  }

  Inspection& r_;
  double rate_;
};

}  // namespace

void addFindings(Inspection& report, double sampleRate) { Judge(report, sampleRate).run(); }

}  // namespace rinse
