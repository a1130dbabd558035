// A constant delay between a reference and an estimate: found, so that measures compare what belongs together. Not for
// delays that change (PESQ has its own for those).
#pragma once

#include <span>
#include <vector>

namespace rinse {

/// Samples by which the estimate lags behind the reference, -0.2 … 0.2 s; 0 where nothing stands out (another
/// recording, silence). All channels together: [channels][samples], as many and of the same rate (Hz) in both.
int findLag(const std::vector<std::span<const float>>& reference, const std::vector<std::span<const float>>& estimate,
            int rate);

}  // namespace rinse
