// A row of effects as one processor: neighbours that ask for the same transform or the same rate share it, each effect
// has its own dry/wet. A side-chain goes along with the audio, delayed as that is. Not the place that knows which
// effects exist (effects/registry.h).
#pragma once

#include <memory>
#include <vector>

#include "core/dry_wet.h"
#include "core/effect.h"
#include "core/processor.h"
#include "core/spectral.h"

namespace rinse {

class Chain : public Processor {
 public:
  Chain(std::vector<EffectPtr> effects, FrameKind);
  ~Chain() override;

  int size() const { return static_cast<int>(effects_.size()); }
  Effect& effect(int index) { return base(effects_[index]); }
  const Effect& effect(int index) const { return base(effects_[index]); }
  /// Dry/wet of one effect, 0 (bypassed) … 1; glides, aligned to the sample.
  void mix(int index, float wet) noexcept;

  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override;

 private:
  struct Stage;
  void addTime(TimeEffect&);
  void addSpectral(SpectralEffect&, FrameKind);

  std::vector<EffectPtr> effects_;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::vector<std::pair<Stage*, int>> place_;  // [effects] the stage that runs it, and where in it
};

}  // namespace rinse
