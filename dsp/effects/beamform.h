// Makes one voice out of several microphones, and gives it to every channel: MVDR (array/mvdr.h), which takes away what
// comes from elsewhere, or delay-and-sum, lined up by GCC-PHAT (array/gcc_phat.h). What is voice and what is noise is
// told by the suppressor of voice-denoise, which hears all microphones. The microphones must run on one
// clock (`rinse align` makes it so). One microphone passes as it is; noise that is left is for a suppressor after this.
#pragma once

#include <optional>
#include <vector>

#include "array/gcc_phat.h"
#include "array/mvdr.h"
#include "blocks/delay.h"
#include "core/effect.h"
#include "core/spectral.h"
#include "effects/voice_denoise.h"

namespace rinse {

class Beamform : public TimeEffect {
 public:
  enum Id { kAmount, kMethod, kMemory };
  static const std::span<const Param> kParams;

  /// With long frames, an eighth of a second, it takes more of a room's noise away, but is not live.
  Beamform(nn::VoiceNet net, bool longFrames);
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return beams_->latency(); }
  float reductionDb() const noexcept override { return beam_.reductionDb; }
  std::optional<float> speechPresence() const noexcept override { return suppressor_.speechPresence(); }

 private:
  /// Keeps the mean power of the channels that pass.
  struct Tap : SpectralEffect {
    Tap() : SpectralEffect(std::span<const Param>()) {}
    void prepare(const SpectralSpec& spec) override { power.assign(spec.bins, 0.0f); }
    void process(SpectralFrame f) noexcept override;
    void reset() noexcept override { std::fill(power.begin(), power.end(), 0.0f); }
    std::vector<float> power;  // [bins]
  };

  /// The microphones' frames.
  struct Beam : SpectralEffect {
    explicit Beam(const Beamform& o) : SpectralEffect(std::span<const Param>()), owner(o) {}
    void prepare(const SpectralSpec&) override;
    void process(SpectralFrame) noexcept override;
    void reset() noexcept override;
    void learn() noexcept;
    void chooseReference() noexcept;
    void minimumVariance(const SpectralFrame&) noexcept;
    void delayAndSum(const SpectralFrame&) noexcept;

    const Beamform& owner;
    SpectralSpec spec{};
    Mvdr mvdr;
    GccPhat delays;
    int lagFrames = 0, now = 0, reference = 0;
    std::vector<std::complex<float>> past;  // [lagFrames + 1][channels][bins], a ring: the suppressor's answer is late
    std::vector<const std::complex<float>*> then;  // [channels] the frame that the suppressor speaks of
    std::vector<float> voice, clear;               // [bins] how much of that frame is voice, power; 1 where most is
    std::vector<float> beamPower, micPower;        // [bins] of MVDR's beam and of its reference, lately
    std::vector<double> strength;                  // [channels] of the voice
    std::vector<std::complex<float>> out, column;  // [bins], [channels]
    float reductionDb = 0.0f;
  };

  bool longFrames_;
  Spec spec_{};
  VoiceDenoise suppressor_;
  Tap tap_;
  Beam beam_{*this};
  std::optional<Spectral> suppressing_, listening_, beams_;  // made in prepare()
  std::vector<std::vector<float>> heard_;                    // [channels][maxFrames] for the suppressor
  std::vector<Delay> suppressed_;                            // [channels] to whole frames of the beams'
  int hop_ = 1, filled_ = 0;
};

}  // namespace rinse
