#include "nn/band_mask.h"

#include <algorithm>

#include "nn/activation.h"

namespace rinse::nn {

BandMask::BandMask(Linear in, Linear out, Gru gru)
    : in_(std::move(in)),
      out_(std::move(out)),
      gru_(std::move(gru)),
      hidden_(in_.paddedOutputs()),
      logits_(out_.paddedOutputs()) {}

Result<BandMask> BandMask::create(const Weights& weights, const std::string& prefix) {
  auto in = Linear::create(weights, prefix + "in", BandFeatures::kCount, kUnits),
       out = Linear::create(weights, prefix + "out", kUnits, kBands);
  auto gru = Gru::create(weights, prefix + "gru", kUnits, kUnits);
  if (!in) return Error{in.error()};
  if (!out) return Error{out.error()};
  if (!gru) return Error{gru.error()};
  return BandMask(std::move(*in), std::move(*out), std::move(*gru));
}

Result<BandMaskPair> BandMaskPair::create(const Weights& weights) {
  auto now = BandMask::create(weights), late = BandMask::create(weights, "ahead.");
  if (!now) return Error{now.error()};
  if (!late) return Error{late.error()};
  return BandMaskPair{std::move(*now), std::move(*late)};
}

void BandMask::prepare(int bins, double binHz) {
  features_.prepare(bins, binHz);
  gains_.assign(bins, 1.0f);
  reset();
}

void BandMask::reset() noexcept {
  features_.reset();
  gru_.reset();
  std::fill(gains_.begin(), gains_.end(), 1.0f);
}

void BandMask::update(std::span<const float> power, int kind, float bias) noexcept {
  features_.hear(power, kind);
  in_(features_.values().data(), hidden_.data());
  apply4(std::span(hidden_).first(kUnits), tanh4);
  out_(gru_(hidden_.data()).data(), logits_.data());
  for (int b = 0; b < kBands; ++b) bandGain_[b] = sigmoid(logits_[b] + bias);
  spread();
}

/// From bands to bins, in straight lines between their middles.
void BandMask::spread() noexcept {
  int b = 0;
  for (int k = 0; k < static_cast<int>(gains_.size()); ++k) {
    while (b < kBands - 1 && static_cast<float>(k) > features_.middle(b + 1)) ++b;
    const float from = features_.middle(b), to = features_.middle(std::min(b + 1, kBands - 1));
    const float part = to > from ? std::clamp((static_cast<float>(k) - from) / (to - from), 0.0f, 1.0f) : 0.0f;
    gains_[k] = bandGain_[b] + part * (bandGain_[std::min(b + 1, kBands - 1)] - bandGain_[b]);
  }
}

}  // namespace rinse::nn
