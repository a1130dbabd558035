// Where there is speech, by power in windows of 4 ms: PESQ's voice activity detector (ITU-T P.862, section 10.1.3).
// Tuned for aligning two copies of a recording; for other uses see a detector that knows what speech is like.
#pragma once

#include <vector>

#include "metrics/pesq/input.h"

namespace rinse::pesq {

/// [windows] each; zero where there is no speech.
struct Activity {
  std::vector<float> power;
  std::vector<float> log;  // natural logarithm of power over the threshold

  bool speech(int window) const { return power[window] > 0.0f; }
};

Activity findSpeech(const Padded& signal);

}  // namespace rinse::pesq
