// The statistical methods over the decision-directed a-priori SNR (Ephraim & Malah 1984, eq. 51), which keeps musical
// noise away by following the signal slowly where it is weak: Wiener filter, MMSE of the amplitude (Ephraim & Malah
// 1984), of the log-amplitude (1985), and that one under uncertain signal presence (OM-LSA, Cohen & Berdugo 2001).
#pragma once

#include <vector>

#include "noise/gain_rule.h"
#include "noise/speech_absence.h"

namespace rinse {

enum class Estimator { wiener, mmseStsa, logMmse, omLsa };

class DecisionDirected : public GainRule {
 public:
  explicit DecisionDirected(Estimator estimator) : estimator_(estimator) {}
  void prepare(int bins, double binHz, double hopSeconds) override;
  void reset() noexcept override;
  void gains(const NoisySpectrum&, std::span<float> gain) noexcept override;

 private:
  template <class Gain>
  void estimate(const NoisySpectrum&, std::span<float> gain, Gain) noexcept;

  Estimator estimator_;
  SpeechAbsence absence_;          // of omLsa
  float smoothing_ = 0.9f;         // alpha
  std::vector<float> xi_, clean_;  // [bins, rounded up to 4] a-priori SNR; G^2 |Y|^2 of the frame before
};

}  // namespace rinse
