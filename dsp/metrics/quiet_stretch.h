// Where a recording's noise can be heard alone: its quietest third of a second in which nobody speaks
// (voice/voice_activity.h), digital silence not counted. For learning a noise profile. Streaming, of all channels'
// mean.
#pragma once

#include <optional>
#include <vector>

#include "core/block.h"
#include "voice/voice_activity.h"

namespace rinse {

class QuietStretch {
 public:
  struct Result {
    double from, to;  // seconds
  };

  /// Blocks of at most `maxFrames`.
  QuietStretch(double sampleRate, int maxFrames);
  void add(Block) noexcept;
  /// None where there is no such third of a second.
  std::optional<Result> result() const;

 private:
  void endHop(double energy) noexcept;

  VoiceActivity activity_;
  int hop_, filled_ = 0;
  double energy_ = 0.0, hopSeconds_;
  std::vector<double> ring_;  // energies of the last hops, as many as the detector lags and a stretch has
  int lagHops_;
  long hops_ = 0, best_ = -1;  // the hop with which the quietest stretch ends
  int calm_ = 0;               // hops without a voice up to the one that the detector speaks of
  double sum_ = 0.0, least_ = 0.0;
};

}  // namespace rinse
