// What every effect is: parameters from its table, a meter, and one of two ways to take audio (TimeEffect,
// SpectralEffect). Not a place for framing or mixing: the adapters and the chain do that.
#pragma once

#include <complex>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/param.h"
#include "core/processor.h"

namespace rinse {

/// An effect that gains from hearing the material first (a noise profile, a hum frequency). While learning it listens
/// to what it is given to process. What it learned is a plain list of numbers that goes into the recipe.
class Learner {
 public:
  virtual ~Learner() = default;
  virtual void startLearning() noexcept = 0;
  /// Ends learning and takes the result into use. On failure returns what was wrong and keeps what was in use before.
  virtual std::string finishLearning() = 0;
  /// What is in use; empty when nothing was learned.
  virtual std::vector<float> learned() const = 0;
  /// Takes up what was learned before; empty forgets. Returns what was wrong, or nothing.
  virtual std::string restore(std::span<const float>) = 0;
};

class Effect {
 public:
  explicit Effect(std::span<const Param> params) : params_(params) {
    for (const Param& p : params) values_.push_back(p.defaultValue);
  }
  virtual ~Effect() = default;

  std::span<const Param> params() const { return params_; }
  /// Takes effect at the next frame. The caller has checked index and range.
  void set(int param, float value) noexcept { values_[param] = value; }
  float get(int param) const noexcept { return values_[param]; }

  /// How much the effect takes away at this moment: energy out over energy in, dB, <= 0 for a suppressor.
  virtual float reductionDb() const noexcept { return 0.0f; }
  /// How probable it is that somebody speaks at this moment, 0 … 1, where the effect knows.
  virtual std::optional<float> speechPresence() const noexcept { return {}; }
  /// The noise that the effect sees at this moment, where it follows one: dB re full scale^2 / Hz at the points of a
  /// noise profile (noise/noise_profile.h); empty otherwise. For pictures: allocates.
  virtual std::vector<float> noiseDensityDb() const { return {}; }
  virtual Learner* learner() { return nullptr; }

 private:
  std::span<const Param> params_;
  std::vector<float> values_;
};

/// Works on samples, at the host's rate or at a fixed one, in blocks of any size or in frames of a fixed one.
class TimeEffect : public Effect, public Processor {
 public:
  using Effect::Effect;
  /// Hz that the effect needs; 0: any.
  virtual int requiredRate() const { return 0; }
  /// Samples that the effect wants at a time; 0: any.
  virtual int requiredFrame() const { return 0; }
};

struct SpectralSpec {
  double sampleRate;  // Hz
  int channels;
  int fftSize;  // samples; bin k lies at k * sampleRate / fftSize Hz
  int bins;     // fftSize / 2 + 1
  double hopSeconds;
  double windowEnergy;  // sum of the squared analysis window: white noise of variance s gives a periodogram of s *
                        // windowEnergy
};

/// One short-time spectrum of all channels.
struct SpectralFrame {
  std::array<std::complex<float>*, kMaxChannels> spectrum{};  // [channels][bins]
  int channels = 0;
  int bins = 0;

  /// |X|^2 of a bin, mean over the channels.
  float power(int bin) const noexcept {
    float sum = 0.0f;
    for (int c = 0; c < channels; ++c) sum += std::norm(spectrum[c][bin]);
    return sum / static_cast<float>(channels);
  }
};

/// Works on the house frame's spectra, in place. Neighbours in a chain share one transform.
class SpectralEffect : public Effect {
 public:
  using Effect::Effect;
  virtual void prepare(const SpectralSpec&) = 0;
  /// Frames that it hears before it must process them; known from prepare() on. So much later everything comes out.
  virtual int lookAhead() const noexcept { return 0; }
  /// The newest frame, which process() gets after lookAhead() others.
  virtual void hear(const SpectralFrame&) noexcept {}
  virtual void process(SpectralFrame) noexcept = 0;
  /// Whether it has second thoughts, known from prepare() on. The frame before the one just processed is half heard
  /// when the next one arrives: the last effect of a row may then say better what the other half is to be.
  virtual bool revises() const noexcept { return false; }
  /// That frame once more, as process() got it.
  virtual void revise(SpectralFrame) noexcept {}
  virtual void reset() noexcept = 0;
};

using EffectPtr = std::variant<std::unique_ptr<TimeEffect>, std::unique_ptr<SpectralEffect>>;

inline Effect& base(const EffectPtr& effect) {
  return std::visit([](const auto& e) -> Effect& { return *e; }, effect);
}

}  // namespace rinse
