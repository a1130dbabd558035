// What is wrong with a recording, without a reference: everything that can be measured in one pass, and what it means
// for a user.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/error.h"
#include "metrics/channel_report.h"
#include "metrics/hum.h"
#include "metrics/loudness.h"
#include "metrics/noise_level.h"
#include "metrics/quiet_stretch.h"

namespace rinse {

/// One thing that a listener would mind. Ids are those that presets name in `fits`.
struct Finding {
  enum Severity { slight, clear };
  const char* id;  // noise, hum, clipping, reverberation, clicks, loudness, bandwidth, channels
  Severity severity;
  std::string text;  // one sentence with the figure
};

inline const char* severityName(Finding::Severity s) { return s == Finding::clear ? "clear" : "slight"; }

struct Inspection {
  double seconds = 0.0;
  LoudnessResult loudness{};
  double truePeakDb = -200.0;              // dBTP
  NoiseLevel noise{};                      // of the loudest channel
  std::optional<QuietStretch::Result> quiet;  // where noise can be heard alone
  Hum hum;                                 // of the channel with the strongest
  double clippedShare = 0.0;               // of all samples
  double clippedLevelDb = 0.0;             // the lowest level at which it happens, dB full scale
  long long clippedPeaks = 0, clicks = 0;  // in all channels
  double srmr = 0.0;                       // mean over the stretches looked at; NaN without any
  double bandwidthHz = 0.0;                // of the channel that reaches highest
  ChannelReport channels;
  std::vector<Finding> findings;  // the worst first; empty: nothing to mend
};

/// One figure of a report; NaN where it can't be told.
struct Measured {
  const char *id, *label, *unit;
  double value;
};

/// The report as figures, in the order in which they are shown.
std::vector<Measured> measured(const Inspection& report);

class Inspector {
 public:
  /// 8000 … 192000 Hz, 1 … 8 channels.
  static Result<std::unique_ptr<Inspector>> create(double sampleRate, int channels);
  ~Inspector();

  /// Any number of frames. Samples that are no numbers count as silence. Memory does not grow.
  void add(Block block);
  Inspection result() const;

 private:
  struct State;
  explicit Inspector(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace rinse
