// What follows the power spectrum of the noise under a signal. Not for telling speech from noise to a user (that is a
// voice detector).
#pragma once

#include <numeric>
#include <span>

namespace rinse {

class NoiseTracker {
 public:
  virtual ~NoiseTracker() = default;
  /// Allocates for spectra of `bins` bins, one every `hopSeconds`.
  virtual void prepare(int bins, double hopSeconds) = 0;
  /// Time constant in seconds with which the estimate follows the noise.
  virtual void attack(double seconds) noexcept = 0;
  /// power[bins], the periodogram |Y|^2 of the next frame; bounded below by kLeastPower.
  virtual void update(std::span<const float> power) noexcept = 0;
  /// noise[bins], the estimate E{|N|^2}.
  virtual std::span<const float> noise() const noexcept = 0;
  /// Goes on from another tracker's estimate noise[bins].
  virtual void seed(std::span<const float> noise) noexcept = 0;
  virtual void reset() noexcept = 0;
};

/// Periodograms are held above this (-200 dB full scale per bin), so that no quotient of two of them is undefined and
/// no recursion decays into denormal numbers.
inline constexpr float kLeastPower = 1e-20f;

/// Whether nothing is above that. A muted microphone, or the beginning of an edited file, says nothing about the noise
/// that comes with the sound: no tracker is to hear it.
inline bool digitalSilence(std::span<const float> power) noexcept {
  return std::accumulate(power.begin(), power.end(), 0.0f) <= 2.0f * kLeastPower * static_cast<float>(power.size());
}

}  // namespace rinse
