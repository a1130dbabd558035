#include "noise/spp_mmse.h"

#include <algorithm>
#include <cmath>

#include "blocks/f32x4.h"

namespace rinse {

namespace {

// The paper's constants, for its hop of 16 ms; smoothing factors are converted to the hop in use.
constexpr double kPaperHop = 0.016;
constexpr double kPresenceSmoothing = 0.9;
constexpr float kXiH1 = 31.6227766f;  // 15 dB: the fixed a-priori SNR under speech presence, sec. V
// The fixed point of eq. 22, E{(1-P)(y-n)} = 0, lies 0.9 dB below n for Gaussian noise (y exponentially distributed),
// as P takes the tail away. Weighting y by E{1-P} / E{(1-P)y} (two integrals over exp(-y), done numerically) puts it at
// n.
constexpr float kUnbias = 1.1578f;
// Eq. 23 holds the presence of a bin below 0.99 once its mean exceeds that, so that the estimate can't lock. For a bin
// 40 dB above the noise that is a rise of 11 dB in a frame: any steady tone is gone after half a second. Here a locked
// bin rises at this pace instead.
constexpr float kStuckPresence = 0.99f;
constexpr int kNeighbours = 8;  // bins to either side over which the first estimate and the test below are means
// Where the mean of y / n over 17 bins lies below this, the estimate is far too high (a noise ended, or a voice was
// taken for one): for noise of power n, Gamma distributed with 17 degrees, that has a probability below 1e-5. The
// estimate then falls fast, where eq. 8 alone would wait for many of its time constants.
constexpr float kFallen = 0.2f;
constexpr double kFallSeconds = 0.03;
constexpr double kNoteRiseDb = 10.0;  // per second
// No voice and no chord fills nearly the whole band for half a second: that is a floor that has risen.
constexpr float kBroad = 0.92f;  // mean presence over the band, and presence from which a bin then rises
constexpr double kBroadSeconds = 0.5;
constexpr double kFloorRiseDb = 60.0;  // per second

}  // namespace

void SppMmse::prepare(int bins, double hopSeconds) {
  bins_ = bins;
  hopSeconds_ = hopSeconds;
  noise_.assign(roundUp4(bins), kLeastPower);
  presence_.assign(roundUp4(bins), 0.5f);
  power_.assign(roundUp4(bins), kLeastPower);
  ratio_.assign(roundUp4(bins), 1.0f);
  meanRatio_.assign(roundUp4(bins), 1.0f);
  fallSmoothing_ = static_cast<float>(std::exp(-hopSeconds / kFallSeconds));
  presenceSmoothing_ = static_cast<float>(std::pow(kPresenceSmoothing, hopSeconds / kPaperHop));
  noteRise_ = static_cast<float>(std::pow(10.0, kNoteRiseDb * hopSeconds / 10.0));
  floorRise_ = static_cast<float>(std::pow(10.0, kFloorRiseDb * hopSeconds / 10.0));
  sums_ = RunningSums(bins);
  reset();
}

void SppMmse::attack(double seconds) noexcept {
  powerSmoothing_ = static_cast<float>(std::exp(-hopSeconds_ / seconds));
}

void SppMmse::seed(std::span<const float> noise) noexcept {
  reset();
  std::copy(noise.begin(), noise.end(), noise_.begin());
  first_ = false;
}

void SppMmse::reset() noexcept {
  first_ = true;
  broadSeconds_ = 0.0;
  std::fill(noise_.begin(), noise_.end(), kLeastPower);
  std::fill(presence_.begin(), presence_.end(), 0.5f);
}

/// Whether nearly the whole band has looked like speech for longer than speech does.
bool SppMmse::floorHasRisen() noexcept {
  float sum = 0.0f;
  for (int k = 0; k < bins_; ++k) sum += presence_[k];
  broadSeconds_ = sum > kBroad * static_cast<float>(bins_) ? broadSeconds_ + hopSeconds_ : 0.0;
  return broadSeconds_ > kBroadSeconds;
}

void SppMmse::update(std::span<const float> power) noexcept {
  std::copy(power.begin(), power.end(), power_.begin());
  if (first_) {
    sums_.assign(power_);
    sums_.mean(kNeighbours, noise_.data());  // one periodogram has deep notches that would take seconds to fill
    for (float& n : noise_) n = std::max(n, kLeastPower);
    first_ = false;
  }
  const bool risenFloor = floorHasRisen();
  const float stuck = risenFloor ? kBroad : kStuckPresence, rise = risenFloor ? floorRise_ : noteRise_;
  for (size_t k = 0; k < noise_.size(); k += 4)
    store4(&ratio_[k], min4(load4(&power_[k]) / load4(&noise_[k]), splat(100.0f)));
  sums_.assign(ratio_);
  sums_.mean(kNeighbours, meanRatio_.data());
  constexpr float slope = kXiH1 / (1.0f + kXiH1), prior = 1.0f + kXiH1;
  for (size_t k = 0; k < noise_.size(); k += 4) {
    const f32x4 y = load4(&power_[k]), n = load4(&noise_[k]);
    const f32x4 p = 1.0f / (1.0f + prior * exp4(-slope * load4(&ratio_[k])));  // eq. 18
    const f32x4 mean = presenceSmoothing_ * load4(&presence_[k]) + (1.0f - presenceSmoothing_) * p;
    store4(&presence_[k], mean);
    const f32x4 expected = p * n + (1.0f - p) * (kUnbias * y);  // eq. 22: E{|N|^2 | y}
    const f32x4 keep = select(load4(&meanRatio_[k]) < kFallen, splat(std::min(fallSmoothing_, powerSmoothing_)),
                              splat(powerSmoothing_));
    const f32x4 tracked = keep * n + (1.0f - keep) * expected;  // eq. 8
    const f32x4 risen = select(mean > stuck, max4(tracked, min4(n * rise, y)), tracked);
    store4(&noise_[k], max4(risen, splat(kLeastPower)));
  }
}

}  // namespace rinse
