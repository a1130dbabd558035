// Every measure of an estimate against its clean reference: the list of them, and all of them at once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/block.h"
#include "core/error.h"

namespace rinse {

struct Metric {
  const char* id;
  const char* label;
  const char* unit;
  bool more;        // is better
  bool needsNoisy;  // compares with the unprocessed signal too
  const char* help;
};

/// The order of columns everywhere.
std::span<const Metric> metrics();

/// Planar samples: channels[c][i].
struct Recording {
  int rate = 0;  // Hz, 8000 … 192000
  std::vector<std::vector<float>> channels;
};

struct Scores {
  int lag = 0;  // samples at the reference's rate by which the estimate lagged; compensated
  std::vector<std::vector<double>>
      channels;              // [channels][metrics]; NaN where a measure is not defined or was not wanted
  std::vector<double> mean;  // [metrics], over the channels for which it is defined
};

/// All but the spectral distances and musical noise is measured at 16 kHz; those at the lowest rate of the recordings.
/// `noisy` may be null. `wanted[metrics]`; empty for all. An error where the signals can't be compared: no samples,
/// NaN, other channels, lengths that differ by more than half a second.
Result<Scores> score(const Recording& reference, const Recording& estimate, const Recording* noisy,
                     const std::vector<bool>& wanted = {});

}  // namespace rinse
