// Embind for the measures, a module of its own that is loaded only when something is measured: samples in, plain
// JavaScript values out.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "metrics/inspection.h"
#include "metrics/scores.h"

namespace {

using emscripten::val;

val number(double v) { return std::isfinite(v) ? val(v) : val::null(); }

unsigned address(std::vector<float>& samples) { return reinterpret_cast<unsigned>(samples.data()); }

/// Embind can't construct through a factory that fails, so a failed handle holds the reason instead.
class Inspector {
 public:
  Inspector(double sampleRate, int channels, int maxFrames) {
    auto made = rinse::Inspector::create(sampleRate, channels);
    if (!made) {
      error_ = made.error();
      return;
    }
    inspector_ = std::move(*made);
    buffers_.assign(channels, std::vector<float>(maxFrames));
  }
  std::string error() const { return error_; }
  unsigned buffer(int channel) { return address(buffers_[channel]); }
  void add(int frames) {
    rinse::Block block{{}, static_cast<int>(buffers_.size()), frames};
    for (size_t c = 0; c < buffers_.size(); ++c) block.data[c] = buffers_[c].data();
    inspector_->add(block);
  }
  val result() const {
    const rinse::Inspection report = inspector_->result();
    val out = val::object(), figures = val::array(), findings = val::array();
    for (const rinse::Measured& m : rinse::measured(report)) {
      val figure = val::object();
      figure.set("id", val(m.id));
      figure.set("label", val(m.label));
      figure.set("unit", val(m.unit));
      figure.set("value", number(m.value));
      figures.call<void>("push", figure);
    }
    for (const rinse::Finding& f : report.findings) {
      val finding = val::object();
      finding.set("id", val(f.id));
      finding.set("severity", val(rinse::severityName(f.severity)));
      finding.set("text", val(f.text));
      findings.call<void>("push", finding);
    }
    out.set("seconds", number(report.seconds));
    out.set("measured", figures);
    out.set("findings", findings);
    return out;
  }

 private:
  std::unique_ptr<rinse::Inspector> inspector_;
  std::vector<std::vector<float>> buffers_;
  std::string error_;
};

val byId(const std::vector<double>& values) {
  val out = val::object();
  for (size_t i = 0; i < values.size(); ++i) out.set(rinse::metrics()[i].id, number(values[i]));
  return out;
}

/// Recordings 0 (reference), 1 (estimate) and 2 (noisy, may be left out): make room, fill the buffers, score.
class Scorer {
 public:
  Scorer() = default;
  void room(int which, int sampleRate, int channels, int frames) {
    recordings_[which] = {sampleRate, {static_cast<size_t>(channels), std::vector<float>(frames)}};
  }
  unsigned buffer(int which, int channel) { return address(recordings_[which].channels[channel]); }
  val score() {
    const auto& [reference, estimate, noisy] = recordings_;
    auto scores = rinse::score(reference, estimate, noisy.channels.empty() ? nullptr : &noisy);
    val out = val::object();
    out.set("error", val(scores ? std::string() : scores.error()));
    if (!scores) return out;
    val channels = val::array();
    for (const auto& values : scores->channels) channels.call<void>("push", byId(values));
    out.set("lag", val(scores->lag));
    out.set("mean", byId(scores->mean));
    out.set("channels", channels);
    return out;
  }

 private:
  std::array<rinse::Recording, 3> recordings_;
};

val metrics() {
  val list = val::array();
  for (const rinse::Metric& m : rinse::metrics()) {
    val metric = val::object();
    metric.set("id", val(m.id));
    metric.set("label", val(m.label));
    metric.set("unit", val(m.unit));
    metric.set("more", val(m.more));
    metric.set("help", val(m.help));
    list.call<void>("push", metric);
  }
  return list;
}

}  // namespace

EMSCRIPTEN_BINDINGS(rinse_metrics) {
  emscripten::class_<Inspector>("Inspector")
      .constructor<double, int, int>()
      .function("error", &Inspector::error)
      .function("buffer", &Inspector::buffer)
      .function("add", &Inspector::add)
      .function("result", &Inspector::result);
  emscripten::class_<Scorer>("Scorer")
      .constructor<>()
      .function("room", &Scorer::room)
      .function("buffer", &Scorer::buffer)
      .function("score", &Scorer::score);
  emscripten::function("metrics", &metrics);
}
