// Buffers + chain + recipe: the one object that every host drives. It knows nothing of files, JavaScript or JSON.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/chain.h"
#include "core/error.h"
#include "nn/weights.h"
#include "noise/spectrum_tap.h"
#include "recipe.h"

namespace rinse {

class Engine {
 public:
  static constexpr double kLeastRate = 8000.0, kMostRate = 192000.0;  // Hz
  static constexpr int kLongestBlock = 1 << 16;                       // frames

  /// Builds the chain, or says what is wrong with recipe, spec or models. The models are those that the recipe's
  /// effects name (EffectInfo::model); they are not needed any more afterwards.
  static Result<std::unique_ptr<Engine>> create(const Recipe&, const Spec&, const nn::Models& models = {});

  const Spec& spec() const { return spec_; }
  /// [maxFrames] where hosts that hold no planar buffers of their own put a block and find it again. Behind the
  /// channels comes the side-chain, where the spec has one; what it holds afterwards is of no use.
  float* buffer(int channel) { return buffers_[channel].data(); }

  /// In place, frames <= maxFrames. Samples that are no numbers count as silence, and beyond ±kLoudest as that; see
  /// badSamples().
  void process(Block) noexcept;
  /// The same on the own buffers.
  void process(int frames) noexcept;
  void reset() noexcept;

  /// Samples by which the output lags, exact.
  int latency() const noexcept { return chain_->latency(); }
  int steps() const { return chain_->size(); }
  /// False, and no change, when there is no such step or parameter or the value is out of its range.
  bool set(int step, int param, float value) noexcept;
  float get(int step, int param) const noexcept { return chain_->effect(step).get(param); }
  bool mix(int step, float wet) noexcept;
  /// The whole chain, click-free, against the delayed input.
  void bypass(bool on) noexcept { dryWet_.target(on ? 0.0f : 1.0f); }

  /// Step `step` listens to what it processes, until finishLearning takes the result into use. Both say what was wrong,
  /// or nothing.
  std::string startLearning(int step) noexcept;
  std::string finishLearning(int step);
  std::vector<float> learned(int step);

  /// Mean power of the last block over all channels, dB full scale.
  float inputDb() const noexcept { return inputDb_; }
  float outputDb() const noexcept { return outputDb_; }
  /// Energy that the chain takes away at this moment, dB <= 0.
  float reductionDb() const noexcept;
  /// How probable it is that somebody speaks at this moment, 0 … 1, where an effect of the chain knows.
  std::optional<float> speechPresence() const noexcept;
  /// A picture of this moment: dB re full scale^2 / Hz of input, output and the noise that an effect of the chain sees
  /// (empty where none follows one) at the points of a noise profile. Allocates.
  struct Picture {
    std::vector<float> input, output, noise;
  };
  Picture picture() const;
  /// Samples since the start that were NaN, infinite or absurd, and were replaced.
  long badSamples() const noexcept { return badSamples_; }

 private:
  Engine() = default;
  void sanitize(Block) noexcept;

  Spec spec_{};
  std::unique_ptr<Chain> chain_;
  DryWet dryWet_;
  SpectrumTap inputTap_, outputTap_;
  std::vector<std::vector<float>> buffers_;
  float inputDb_ = -200.0f, outputDb_ = -200.0f;
  long badSamples_ = 0;
};

}  // namespace rinse
