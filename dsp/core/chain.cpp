#include "core/chain.h"

#include "blocks/delay.h"
#include "core/at_rate.h"
#include "core/framed.h"

namespace rinse {

namespace {

/// One time-domain effect with its dry path, at the rate of the row it stands in.
struct TimeSlot {
  explicit TimeSlot(TimeEffect& e) : effect(e) {
    if (e.requiredFrame() > 0) framed = std::make_unique<Framed>(e, e.requiredFrame());
  }
  Processor& processor() const { return framed ? static_cast<Processor&>(*framed) : effect; }

  TimeEffect& effect;
  std::unique_ptr<Framed> framed;
  DryWet dryWet;
  Delay sideChain;
};

/// Delays a side-chain as a processor delays the audio.
void delaySideChain(Delay& delay, Block b) noexcept {
  if (b.sideChain) delay.process(b.sideChain, b.sideChain, b.frames);
}

/// Time-domain effects one after the other.
class Row : public Processor {
 public:
  std::vector<TimeSlot> slots;

  void prepare(const Spec& spec) override {
    for (TimeSlot& s : slots) {
      s.processor().prepare(spec), s.dryWet.prepare(spec, s.processor().latency());
      s.sideChain = Delay(spec.sideChain ? s.processor().latency() : 0);
    }
  }
  void process(Block b) noexcept override {
    for (TimeSlot& s : slots)
      s.dryWet.capture(b), s.processor().process(b), s.dryWet.mix(b), delaySideChain(s.sideChain, b);
  }
  void reset() noexcept override {
    for (TimeSlot& s : slots) s.processor().reset(), s.dryWet.reset(), s.sideChain.reset();
  }
  int latency() const noexcept override {
    int sum = 0;
    for (const TimeSlot& s : slots) sum += s.processor().latency();
    return sum;
  }
};

}  // namespace

/// What neighbours share: one transform, or one rate.
struct Chain::Stage {
  std::unique_ptr<Spectral> spectral;
  std::unique_ptr<Row> row;
  std::unique_ptr<AtRate> atRate;
  int rate = 0;
  Delay sideChain;  // of transforms and other rates, which leave it as it is

  Processor& processor() const {
    if (spectral) return *spectral;
    if (atRate) return *atRate;
    return *row;
  }
};

Chain::Chain(std::vector<EffectPtr> effects, FrameKind kind) : effects_(std::move(effects)) {
  for (EffectPtr& e : effects_) {
    if (auto* time = std::get_if<std::unique_ptr<TimeEffect>>(&e))
      addTime(**time);
    else
      addSpectral(*std::get<std::unique_ptr<SpectralEffect>>(e), kind);
  }
}

Chain::~Chain() = default;

void Chain::addTime(TimeEffect& effect) {
  Stage* last = stages_.empty() ? nullptr : stages_.back().get();
  if (!last || !last->row || last->rate != effect.requiredRate()) {
    last = stages_.emplace_back(std::make_unique<Stage>()).get();
    last->row = std::make_unique<Row>();
    last->rate = effect.requiredRate();
    if (last->rate > 0) last->atRate = std::make_unique<AtRate>(*last->row, last->rate);
  }
  place_.emplace_back(last, static_cast<int>(last->row->slots.size()));
  last->row->slots.emplace_back(effect);
}

void Chain::addSpectral(SpectralEffect& effect, FrameKind kind) {
  Stage* last = stages_.empty() ? nullptr : stages_.back().get();
  if (!last || !last->spectral) {
    last = stages_.emplace_back(std::make_unique<Stage>()).get();
    last->spectral = std::make_unique<Spectral>(kind);
  }
  place_.emplace_back(last, last->spectral->size());
  last->spectral->add(effect);
}

void Chain::mix(int index, float wet) noexcept {
  auto [stage, at] = place_[index];
  if (stage->spectral)
    stage->spectral->mix(at, wet);
  else
    stage->row->slots[at].dryWet.target(wet);
}

void Chain::prepare(const Spec& spec) {
  for (auto& s : stages_) {
    s->processor().prepare(spec);
    const bool behind = spec.sideChain && (s->spectral || s->atRate);
    s->sideChain = Delay(behind ? s->processor().latency() : 0);
  }
}

void Chain::process(Block b) noexcept {
  for (auto& s : stages_) s->processor().process(b), delaySideChain(s->sideChain, b);
}

void Chain::reset() noexcept {
  for (auto& s : stages_) s->processor().reset(), s->sideChain.reset();
}

int Chain::latency() const noexcept {
  int sum = 0;
  for (const auto& s : stages_) sum += s->processor().latency();
  return sum;
}

}  // namespace rinse
