#include "engine.h"

#include <algorithm>
#include <cmath>

#include "blocks/decibel.h"
#include "effects/registry.h"

namespace rinse {

namespace {

/// "-1.5", to three decimals. By hand, as printf would add a third to the wasm.
std::string plain(double x) {
  if (!std::isfinite(x)) return std::isnan(x) ? "not a number" : "infinite";
  if (std::abs(x) >= 1e15) return x < 0 ? "below -1e15" : "beyond 1e15";
  const auto thousandths = static_cast<int64_t>(std::llround(std::abs(x) * 1000.0));
  std::string digits = std::to_string(thousandths % 1000 + 1000).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return (x < 0 ? "-" : "") + std::to_string(thousandths / 1000) + (digits.empty() ? "" : "." + digits);
}

std::string checkSpec(const Spec& spec) {
  if (!(spec.sampleRate >= Engine::kLeastRate && spec.sampleRate <= Engine::kMostRate)) {
    return "the sample rate is " + plain(spec.sampleRate) + " Hz; 8000 to 192000 Hz are accepted";
  }
  if (spec.channels < 1 || spec.channels > kMaxChannels) {
    return "there are " + std::to_string(spec.channels) + " channels; 1 to 8 are accepted";
  }
  if (spec.maxFrames < 1 || spec.maxFrames > Engine::kLongestBlock) {
    return "the longest block is " + std::to_string(spec.maxFrames) + " frames; 1 to 65536 are accepted";
  }
  return {};
}

bool accepts(const Param& p, float value) {
  return value >= p.min && value <= p.max && (p.choices.empty() || std::trunc(value) == value);
}

std::string inRange(const Param& p, float value) {
  if (accepts(p, value)) return {};
  return std::string(p.id) + " is " + plain(value) + "; " + plain(p.min) + " to " + plain(p.max) +
         (*p.unit ? " " : "") + p.unit + " are accepted";
}

/// The step's effect with its parameters, or what is wrong with it.
Result<EffectPtr> makeEffect(const RecipeStep& step, const nn::Models& models) {
  const EffectInfo* info = findEffect(step.effect);
  if (!info) return Error{"there is no effect \"" + step.effect + "\"; known are: " + effectIds()};
  if (!(step.mix >= 0.0f && step.mix <= 1.0f)) return Error{"mix is " + plain(step.mix) + "; 0 to 1 are accepted"};
  Result<EffectPtr> made = info->make(models);
  if (!made) return Error{step.effect + ": " + made.error()};
  EffectPtr effect = std::move(*made);
  for (const auto& [id, value] : step.params) {
    const int index = findParam(info->params, id);
    if (index < 0) return Error{step.effect + " has no parameter \"" + id + "\""};
    if (std::string wrong = inRange(info->params[index], value); !wrong.empty())
      return Error{step.effect + "." + wrong};
    base(effect).set(index, value);
  }
  if (step.learned.empty()) return effect;
  Learner* learner = base(effect).learner();
  if (!learner) return Error{step.effect + " learns nothing, but the recipe gives it something learned"};
  if (std::string wrong = learner->restore(step.learned); !wrong.empty())
    return Error{step.effect + ".learned: " + wrong};
  return effect;
}

float meanPowerDb(Block b) {
  double sum = 0.0;
  for (int c = 0; c < b.channels; ++c) {
    float part = 0.0f;
    for (int i = 0; i < b.frames; ++i) part += b[c][i] * b[c][i];
    sum += part;
  }
  return dbFromPower(sum / (static_cast<double>(b.channels) * b.frames));
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(const Recipe& recipe, const Spec& spec, const nn::Models& models) {
  if (std::string wrong = checkSpec(spec); !wrong.empty()) return Error{wrong};
  if (recipe.version != Recipe::kVersion) {
    return Error{"the recipe has version " + std::to_string(recipe.version) + "; this Rinse reads version 1"};
  }
  std::vector<EffectPtr> made;
  for (size_t i = 0; i < recipe.chain.size(); ++i) {
    Result<EffectPtr> effect = makeEffect(recipe.chain[i], models);
    if (!effect) return Error{"chain[" + std::to_string(i) + "]: " + effect.error()};
    made.push_back(std::move(*effect));
  }
  std::unique_ptr<Engine> engine(new Engine);
  engine->spec_ = spec;
  engine->spec_.lowLatency = recipe.lowLatency;
  engine->chain_ =
      std::make_unique<Chain>(std::move(made), recipe.lowLatency ? FrameKind::LowLatency : FrameKind::House);
  for (size_t i = 0; i < recipe.chain.size(); ++i) {
    engine->chain_->mix(static_cast<int>(i), recipe.chain[i].bypass ? 0.0f : recipe.chain[i].mix);
  }
  engine->chain_->prepare(engine->spec_);
  engine->dryWet_.prepare(spec, engine->chain_->latency());
  engine->inputTap_.prepare(spec.sampleRate);
  engine->outputTap_.prepare(spec.sampleRate);
  engine->buffers_.assign(spec.channels + (spec.sideChain ? 1 : 0), std::vector<float>(spec.maxFrames));
  return engine;
}

void Engine::sanitize(Block b) noexcept {
  const auto mend = [&](float* samples) {
    for (int i = 0; i < b.frames; ++i) {
      const float x = samples[i];
      if (std::abs(x) <= kLoudest) continue;
      samples[i] = x > kLoudest && !std::isinf(x) ? kLoudest : x < -kLoudest && !std::isinf(x) ? -kLoudest : 0.0f;
      ++badSamples_;
    }
  };
  for (int c = 0; c < b.channels; ++c) mend(b[c]);
  if (b.sideChain) mend(b.sideChain);
}

void Engine::process(Block b) noexcept {
  if (b.frames <= 0) return;
  sanitize(b);
  inputDb_ = meanPowerDb(b);
  inputTap_.listen(b);
  dryWet_.capture(b);
  chain_->process(b);
  dryWet_.mix(b);
  outputDb_ = meanPowerDb(b);
  outputTap_.listen(b);
}

void Engine::process(int frames) noexcept {
  Block b{{}, spec_.channels, frames, spec_.sideChain ? buffers_.back().data() : nullptr};
  for (int c = 0; c < spec_.channels; ++c) b.data[c] = buffers_[c].data();
  process(b);
}

void Engine::reset() noexcept {
  chain_->reset();
  dryWet_.reset();
  inputTap_.reset();
  outputTap_.reset();
  inputDb_ = outputDb_ = -200.0f;
  badSamples_ = 0;
}

bool Engine::set(int step, int param, float value) noexcept {
  if (step < 0 || step >= steps()) return false;
  Effect& effect = chain_->effect(step);
  if (param < 0 || param >= static_cast<int>(effect.params().size())) return false;
  const Param& p = effect.params()[param];
  if (!accepts(p, value)) return false;
  effect.set(param, value);
  return true;
}

bool Engine::mix(int step, float wet) noexcept {
  if (step < 0 || step >= steps() || !(wet >= 0.0f && wet <= 1.0f)) return false;
  chain_->mix(step, wet);
  return true;
}

float Engine::reductionDb() const noexcept {
  float sum = 0.0f;
  for (int i = 0; i < steps(); ++i) sum += chain_->effect(i).reductionDb();
  return sum;
}

std::optional<float> Engine::speechPresence() const noexcept {
  for (int i = 0; i < steps(); ++i) {
    if (const auto found = chain_->effect(i).speechPresence()) return found;
  }
  return {};
}

Engine::Picture Engine::picture() const {
  Picture seen{inputTap_.densityDb(), outputTap_.densityDb(), {}};
  for (int i = 0; i < steps() && seen.noise.empty(); ++i) seen.noise = chain_->effect(i).noiseDensityDb();
  return seen;
}

std::string Engine::startLearning(int step) noexcept {
  if (step < 0 || step >= steps()) return "the recipe has no such step";
  Learner* learner = chain_->effect(step).learner();
  if (!learner) return "this effect learns nothing";
  learner->startLearning();
  return {};
}

std::string Engine::finishLearning(int step) {
  if (step < 0 || step >= steps()) return "the recipe has no such step";
  Learner* learner = chain_->effect(step).learner();
  return learner ? learner->finishLearning() : "this effect learns nothing";
}

std::vector<float> Engine::learned(int step) {
  Learner* learner = step >= 0 && step < steps() ? chain_->effect(step).learner() : nullptr;
  return learner ? learner->learned() : std::vector<float>{};
}

}  // namespace rinse
