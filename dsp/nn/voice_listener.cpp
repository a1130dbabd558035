#include "nn/voice_listener.h"

#include <algorithm>

namespace rinse::nn {

VoiceListener::VoiceListener(VoiceNet net)
    : net_(std::move(net)),
      twice_(net_.delay() > 0 ? kTwice : 0),
      input_(VoiceFrame::kPositions * VoiceFrame::kInputs),
      nothing_(VoiceFrame::kPositions * VoiceFrame::kOutputs) {}

void VoiceListener::prepare(int bins) {
  bins_ = bins;
  waiting_.assign(static_cast<size_t>(twice_) * bins, {});
  reset();
}

void VoiceListener::reset() noexcept {
  frame_.reset();
  net_.reset();
  heard_ = oldest_ = sounding_ = 0;
}

std::span<std::complex<float>> VoiceListener::waiting(int frame) noexcept {
  return {&waiting_[static_cast<size_t>(frame) * bins_], static_cast<size_t>(bins_)};
}

VoiceNet::Answer VoiceListener::operator()(std::span<const std::complex<float>> spectrum) noexcept {
  if (twice_ == 0) return hear(spectrum);
  if (heard_ < twice_) {
    std::copy(spectrum.begin(), spectrum.end(), waiting(heard_++).begin());
    if (std::any_of(spectrum.begin(), spectrum.end(), [](auto x) { return x != 0.0f; })) sounding_ = heard_;
    if (heard_ == twice_) rehearse();
    return {nothing_.data(), nothing_.data(), 0.0f, 0.0f};
  }
  const VoiceNet::Answer answer = hear(waiting(oldest_));
  std::copy(spectrum.begin(), spectrum.end(), waiting(oldest_).begin());
  oldest_ = (oldest_ + 1) % twice_;
  return answer;
}

VoiceNet::Answer VoiceListener::hear(std::span<const std::complex<float>> spectrum) noexcept {
  frame_.input(spectrum, input_.data());
  if (frame_.absurd()) frame_.reset(), net_.forget();
  return net_(input_.data());
}

/// What a short recording ends with is left out: it would begin after silence again.
void VoiceListener::rehearse() noexcept {
  const int even = sounding_ + sounding_ % 2;
  for (int t = 0; t < even; ++t) hear(waiting(t));
}

}  // namespace rinse::nn
