// Embind for Engine, thin: JavaScript values in, Engine calls, JavaScript values out. No logic, no JSON.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <map>
#include <memory>
#include <string>

#include "blocks/resampler.h"
#include "engine.h"

namespace {

using emscripten::val;
using rinse::Engine;

/// A checked recipe object (worklet/src/recipe.ts) as plain values. What is absent keeps its default.
rinse::Recipe fromJs(const val& object) {
  rinse::Recipe recipe;
  recipe.version = object["version"].as<int>();
  if (!object["lowLatency"].isUndefined()) recipe.lowLatency = object["lowLatency"].as<bool>();
  const val chain = object["chain"];
  for (unsigned i = 0, n = chain["length"].as<unsigned>(); i < n; ++i) {
    const val from = chain[i];
    rinse::RecipeStep step;
    step.effect = from["effect"].as<std::string>();
    if (!from["mix"].isUndefined()) step.mix = from["mix"].as<float>();
    if (!from["bypass"].isUndefined()) step.bypass = from["bypass"].as<bool>();
    if (!from["learned"].isUndefined()) step.learned = emscripten::convertJSArrayToNumberVector<float>(from["learned"]);
    if (const val params = from["params"]; !params.isUndefined()) {
      const val ids = val::global("Object").call<val>("keys", params);
      for (unsigned k = 0, count = ids["length"].as<unsigned>(); k < count; ++k) {
        step.params.emplace_back(ids[k].as<std::string>(), params[ids[k]].as<float>());
      }
    }
    recipe.chain.push_back(std::move(step));
  }
  return recipe;
}

/// The networks that the host has loaded; their tensors point into the bytes.
rinse::nn::Models models;
std::map<std::string, std::vector<std::byte>> modelBytes;

/// Where a host puts the tensors of a safetensors file, before it calls addModel.
unsigned modelBuffer(const std::string& name, unsigned size) {
  models.erase(name);
  return reinterpret_cast<unsigned>((modelBytes[name] = std::vector<std::byte>(size)).data());
}

/// tensors: [{name, type, shape, from, to}] with places in the buffer; `crc` of all of it. What is wrong, or nothing.
std::string addModel(const std::string& name, const val& tensors, unsigned crc) {
  const std::span<const std::byte> bytes = modelBytes[name];
  if (rinse::nn::checksum(bytes) != crc) return "damaged: its checksum is another one than its header says";
  rinse::nn::Weights weights;
  for (unsigned i = 0, n = tensors["length"].as<unsigned>(); i < n; ++i) {
    const val t = tensors[i];
    const unsigned from = t["from"].as<unsigned>(), to = t["to"].as<unsigned>();
    if (from > to || to > bytes.size()) return "a tensor lies beyond the end of the file";
    const auto type = t["type"].as<std::string>() == "I8" ? rinse::nn::Type::i8 : rinse::nn::Type::f32;
    const auto shape = emscripten::convertJSArrayToNumberVector<int>(t["shape"]);
    if (std::string wrong = weights.add(t["name"].as<std::string>(), {type, shape, bytes.subspan(from, to - from)});
        !wrong.empty())
      return wrong;
  }
  models.emplace(name, std::move(weights));
  return {};
}

/// Embind can't construct through a factory that fails, so a failed handle holds the reason instead.
class Handle {
 public:
  Handle(const val& recipe, double sampleRate, int channels, int maxFrames, bool sideChain) {
    rinse::Spec spec{sampleRate, channels, maxFrames};
    spec.sideChain = sideChain;
    auto made = Engine::create(fromJs(recipe), spec, models);
    if (made)
      engine_ = std::move(*made);
    else
      error_ = made.error();
  }
  std::string error() const { return error_; }
  unsigned buffer(int channel) { return reinterpret_cast<unsigned>(engine_->buffer(channel)); }
  void process(int frames) { engine_->process(frames); }
  void reset() { engine_->reset(); }
  int latency() const { return engine_->latency(); }
  bool set(int step, int param, float value) { return engine_->set(step, param, value); }
  bool mix(int step, float wet) { return engine_->mix(step, wet); }
  void bypass(bool on) { engine_->bypass(on); }
  std::string startLearning(int step) { return engine_->startLearning(step); }
  std::string finishLearning(int step) { return engine_->finishLearning(step); }
  val learned(int step) { return val::array(engine_->learned(step)); }
  float inputDb() const { return engine_->inputDb(); }
  float outputDb() const { return engine_->outputDb(); }
  float reductionDb() const { return engine_->reductionDb(); }
  /// -1 where no effect knows.
  float speechPresence() const { return engine_->speechPresence().value_or(-1.0f); }
  val picture() const {
    const Engine::Picture seen = engine_->picture();
    val out = val::object();
    out.set("input", val::array(seen.input));
    out.set("output", val::array(seen.output));
    out.set("noise", val::array(seen.noise));
    return out;
  }
  double badSamples() const { return static_cast<double>(engine_->badSamples()); }

 private:
  std::unique_ptr<Engine> engine_;
  std::string error_;
};

/// A side-chain's rate to that of the sound.
class Converter {
 public:
  Converter(int from, int to, int maxFrames)
      : resampler_(from, to, 32), in_(maxFrames), out_(resampler_.maxOutputs(maxFrames)) {
    resampler_.prepare(maxFrames);
  }
  unsigned input() { return reinterpret_cast<unsigned>(in_.data()); }
  unsigned output() { return reinterpret_cast<unsigned>(out_.data()); }
  int lookAhead() const { return resampler_.lookAhead(); }
  int process(int frames) { return resampler_.process(in_.data(), frames, out_.data()); }

 private:
  rinse::Resampler resampler_;
  std::vector<float> in_, out_;
};

}  // namespace

EMSCRIPTEN_BINDINGS(rinse) {
  emscripten::class_<Converter>("Resampler")
      .constructor<int, int, int>()
      .function("input", &Converter::input)
      .function("output", &Converter::output)
      .function("lookAhead", &Converter::lookAhead)
      .function("process", &Converter::process);
  emscripten::function("modelBuffer", &modelBuffer);
  emscripten::function("addModel", &addModel);
  emscripten::class_<Handle>("Engine")
      .constructor<val, double, int, int, bool>()
      .function("error", &Handle::error)
      .function("buffer", &Handle::buffer)
      .function("process", &Handle::process)
      .function("reset", &Handle::reset)
      .function("latency", &Handle::latency)
      .function("set", &Handle::set)
      .function("mix", &Handle::mix)
      .function("bypass", &Handle::bypass)
      .function("startLearning", &Handle::startLearning)
      .function("finishLearning", &Handle::finishLearning)
      .function("learned", &Handle::learned)
      .function("inputDb", &Handle::inputDb)
      .function("outputDb", &Handle::outputDb)
      .function("reductionDb", &Handle::reductionDb)
      .function("speechPresence", &Handle::speechPresence)
      .function("picture", &Handle::picture)
      .function("badSamples", &Handle::badSamples);
}
