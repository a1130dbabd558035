// The voice detector's features for the script that fits it (tests/bench/voice_activity.py).
#include "voice/voice_activity.h"

#include <algorithm>

using rinse::VoiceActivity;

extern "C" {

int activity_features() { return VoiceActivity::kFeatures; }
/// samples[count] at `rate` -> a row for each 10 ms: the features, then the probability and the decision. Returns rows.
int activity_run(const float* samples, int count, double rate, float threshold, double hangover, float* rows,
                 double* lag) {
  const int hop = static_cast<int>(rate / 100);
  VoiceActivity activity;
  activity.prepare(rate, hop);
  activity.sensitivity(threshold, hangover);
  *lag = activity.lag();
  int row = 0;
  for (int at = 0; at + hop <= count; at += hop, ++row) {
    float* channel = const_cast<float*>(samples) + at;
    activity.process({{channel}, 1, hop});
    float* to = rows + row * (VoiceActivity::kFeatures + 2);
    to = std::copy(activity.features().begin(), activity.features().end(), to);
    to[0] = activity.probability(), to[1] = activity.active() ? 1.0f : 0.0f;
  }
  return row;
}
}
