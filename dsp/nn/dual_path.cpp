#include "nn/dual_path.h"

#include <algorithm>

#include "nn/activation.h"

namespace rinse::nn {

DualPath::DualPath(Gru there, Gru back, Gru along, Linear acrossOut, Linear alongOut, LayerNorm acrossNorm,
                   LayerNorm alongNorm, int positions, int channels)
    : positions_(positions),
      channels_(channels),
      there_(std::move(there)),
      back_(std::move(back)),
      along_(std::move(along)),
      acrossOut_(std::move(acrossOut)),
      alongOut_(std::move(alongOut)),
      acrossNorm_(std::move(acrossNorm)),
      alongNorm_(std::move(alongNorm)),
      both_(static_cast<size_t>(positions) * channels),
      states_(static_cast<size_t>(positions) * channels),
      out_(acrossOut_.paddedOutputs()) {}

Result<DualPath> DualPath::create(const Weights& weights, const std::string& name, int positions, int channels) {
  auto there = Gru::create(weights, name + ".across.there", channels, channels / 2),
       back = Gru::create(weights, name + ".across.back", channels, channels / 2),
       along = Gru::create(weights, name + ".along", channels, channels);
  auto acrossOut = Linear::create(weights, name + ".across_out", channels, channels),
       alongOut = Linear::create(weights, name + ".along_out", channels, channels);
  auto acrossNorm = LayerNorm::create(weights, name + ".across_norm", channels),
       alongNorm = LayerNorm::create(weights, name + ".along_norm", channels);
  for (const auto* gru : {&there, &back, &along}) {
    if (!*gru) return Error{gru->error()};
  }
  for (const auto* linear : {&acrossOut, &alongOut}) {
    if (!*linear) return Error{linear->error()};
  }
  for (const auto* norm : {&acrossNorm, &alongNorm}) {
    if (!*norm) return Error{norm->error()};
  }
  return DualPath(std::move(*there), std::move(*back), std::move(*along), std::move(*acrossOut), std::move(*alongOut),
                  std::move(*acrossNorm), std::move(*alongNorm), positions, channels);
}

void DualPath::add(const float* y, const Linear& linear, const LayerNorm& norm, float* x) noexcept {
  linear(y, out_.data());
  norm(out_.data());
  const float* from = out_.data();
  for (int i = 0; i < channels_; i += 4) store4(x + i, load4(x + i) + load4(from + i));
}

void DualPath::across(float* x) noexcept {
  const int half = channels_ / 2;
  there_.reset();
  back_.reset();
  for (int p = 0; p < positions_; ++p) {
    const int q = positions_ - 1 - p;
    copyRow(there_(x + p * channels_), &both_[p * channels_]);
    copyRow(back_(x + q * channels_), &both_[q * channels_ + half]);
  }
  for (int p = 0; p < positions_; ++p) add(&both_[p * channels_], acrossOut_, acrossNorm_, x + p * channels_);
}

void DualPath::step(const float* x) noexcept {
  for (int p = 0; p < positions_; ++p) along_.step(x + p * channels_, &states_[p * channels_]);
}

void DualPath::addStates(float* x) noexcept {
  for (int p = 0; p < positions_; ++p) add(&states_[p * channels_], alongOut_, alongNorm_, x + p * channels_);
}

void DualPath::operator()(float* x) noexcept {
  across(x);
  step(x);
  addStates(x);
}

void DualPath::reset() noexcept { std::fill(states_.begin(), states_.end(), 0.0f); }

AheadPath::AheadPath(DualPath path) : path_(std::move(path)), frames_((kChunk + kBeyond) * path_.states_.size()) {}

bool AheadPath::push(const float* x, bool first) noexcept {
  constexpr int kAll = kChunk + kBeyond;
  if (filled_ == kAll) {  // the last chunk has been taken
    std::copy((*this)[kChunk], (*this)[kAll], (*this)[0]);
    std::copy_n(&first_[kChunk], kBeyond, &first_[0]);
    filled_ = kBeyond;
  }
  first_[filled_] = first;
  float* newest = (*this)[filled_++];
  copyRow({x, path_.states_.size()}, newest);
  path_.across(newest);
  if (filled_ < kAll) return false;
  path_.reset();
  for (int t = kAll - 1; t >= 0; --t) {
    float* frame = (*this)[t];
    path_.step(frame);
    if (t < kChunk) path_.addStates(frame);
    if (first_[t]) path_.reset();
  }
  return true;
}

}  // namespace rinse::nn
