#include "effects/dehum.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "blocks/decibel.h"
#include "blocks/f32x4.h"

namespace rinse {

namespace {

const Param kTable[] = {
    {.id = "amount",
     .label = "Amount",
     .unit = "",
     .min = 0.0f,
     .max = 1.0f,
     .defaultValue = 1.0f,
     .help = "How much of the hum that was found is taken away; 0 leaves everything as it is.",
     .isStrength = true,
     .neutral = 0.0f,
     .strongest = 1.0f},
    {.id = "base",
     .label = "Fundamental",
     .unit = "Hz",
     .min = 0.0f,
     .max = 400.0f,
     .defaultValue = 0.0f,
     .help = "Of the hum; below 40 it is found by itself: 50 or 60 Hz live, any in a file."},
    {.id = "harmonics",
     .label = "Harmonics",
     .unit = "",
     .min = 1.0f,
     .max = 40.0f,
     .defaultValue = 24.0f,
     .help = "How many multiples of the fundamental are looked for."},
    {.id = "width",
     .label = "Width",
     .unit = "Hz",
     .min = 0.1f,
     .max = 4.0f,
     .defaultValue = 1.0f,
     .help = "How quickly it follows hum that changes; narrower spares more of what lies beside."},
};

constexpr float kLowestHz = 40.0f;
constexpr double kBeginHz = 8.0, kBeginSeconds = 2.0;  // wide at first, so that it is there soon
constexpr double kJudgeSeconds = 0.0625, kMeanSeconds = 0.5;
constexpr double kPilotHz = 4.0;  // width of the faster fit by which the fundamental is followed
// Of what the fundamental is seen to be off in a stretch: what is believed, and what goes into its drift (a loop of
// second order, critically damped).
constexpr double kBelieved = 0.4, kDrift = 0.04;
constexpr double kFurthestHz = 1.0;  // from where it began
constexpr double kSteadySeconds = 2.0;
constexpr double kUnsure = 0.5, kSure = 0.85;  // share of an amplitude's energy that stands still
constexpr int kTracked = 12;  // harmonics by which the fundamental is followed: higher ones turn too far
constexpr int kPiece = 64;    // samples between two looks at the phase, the energies and which hum it is
constexpr double kSecondsToLearn = 5.0;

/// Without the care for infinities that std::complex takes.
std::complex<double> product(std::complex<double> a, std::complex<double> b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

}  // namespace

const std::span<const Param> Dehum::kParams = kTable;

void Dehum::Comb::prepare(double rate, int channels) {
  rate_ = rate;
  channels_ = channels;
  for (auto* v : {&turnCos_, &turnSin_, &sure_}) v->assign(kMost, 0.0f);
  steady_.assign(kMost, 0.0);
  const size_t all = static_cast<size_t>(channels) * kMost;
  for (auto* v : {&re_, &im_, &pilotRe_, &pilotIm_}) v->assign(all, 0.0f);
  for (auto* v : {&mean_, &last_}) v->assign(all, 0.0);
  spread_.assign(all, 0.0);
}

void Dehum::Comb::reset(double hz, bool known) noexcept {
  nominalHz_ = hz;
  phase_ = heard_ = found_ = drift_ = 0.0;
  harmonics_ = fitted_ = filled_ = 0;
  for (int h = 0; h < kMost; ++h) forget(h);
  std::fill(steady_.begin(), steady_.end(), known ? 1.0 : 0.0);
  tune(hz);
}

void Dehum::Comb::forget(int harmonic) noexcept {
  steady_[harmonic] = 0.0;
  sure_[harmonic] = 0.0f;
  for (int c = 0; c < channels_; ++c) {
    const size_t i = static_cast<size_t>(c) * kMost + harmonic;
    re_[i] = im_[i] = pilotRe_[i] = pilotIm_[i] = 0.0f;
    mean_[i] = last_[i] = spread_[i] = 0.0;
  }
}

void Dehum::Comb::tune(double hz) noexcept {
  hz_ = hz;
  const std::complex<double> turn = std::polar(1.0, 2.0 * std::numbers::pi * hz_ / rate_);
  std::complex<double> turned = 1.0;
  for (int h = 0; h < kMost; ++h) {
    turned = product(turned, turn);
    turnCos_[h] = static_cast<float>(turned.real()), turnSin_[h] = static_cast<float>(turned.imag());
  }
}

/// Which amplitudes stand still, and how fast they all turn: the fundamental is off by that.
void Dehum::Comb::judge() noexcept {
  const double weight = kJudgeSeconds / kMeanSeconds;
  double turned = 0.0, weights = 0.0, energy = 0.0;
  const std::complex<double> back = std::polar(1.0, -phase_);
  std::complex<double> unturn = 1.0;  // to where the harmonic was at the beginning
  for (int h = 0; h < harmonics_; ++h) {
    unturn = product(unturn, back);
    double still = 0.0, whole = 0.0;
    for (int c = 0; c < channels_; ++c) {
      const size_t i = static_cast<size_t>(c) * kMost + h;
      const std::complex<double> pilot = product({pilotRe_[i], pilotIm_[i]}, unturn);
      if (h < kTracked) {
        const std::complex<double> step = product(pilot, std::conj(last_[i]));
        const double size = std::abs(step);
        if (size > 0.0) turned += std::arg(step) * size * (h + 1) * sure_[h];
        weights += size * (h + 1) * (h + 1) * sure_[h];
      }
      last_[i] = pilot;
      const std::complex<double> off = product({re_[i], im_[i]}, unturn) - mean_[i];
      mean_[i] += weight * off;
      spread_[i] += weight * (std::norm(off) - spread_[i]);
      still += std::norm(mean_[i]);
      whole += std::norm(mean_[i]) + spread_[i];
    }
    // A voice's harmonic stands still for a moment, hum does all the time.
    steady_[h] += kJudgeSeconds / kSteadySeconds * ((whole > 0.0 ? still / whole : 0.0) - steady_[h]);
    sure_[h] = static_cast<float>(std::clamp((steady_[h] - kUnsure) / (kSure - kUnsure), 0.0, 1.0));
    energy += 0.5 * still * sure_[h];
  }
  double hz = hz_;
  if (weights > 0.0) {
    const double off = turned / weights / (2.0 * std::numbers::pi * kJudgeSeconds);
    drift_ += kDrift * off;
    hz += kBelieved * off;
  }
  tune(std::clamp(hz + drift_, nominalHz_ - kFurthestHz, nominalHz_ + kFurthestHz));
  found_ += weight * (energy - found_);
}

void Dehum::Comb::begin(int harmonics, double widthHz) noexcept {
  harmonics = std::min(harmonics, static_cast<int>(0.45 * rate_ / hz_));
  for (int h = harmonics; h < harmonics_; ++h) forget(h);  // they begin anew another time
  harmonics_ = harmonics;
  // A step of mu e closes on an amplitude with the width of mu * rate / (2 pi).
  const double part = std::min(1.0, fitted_ / (kBeginSeconds * rate_));
  const double width = std::max(widthHz, kBeginHz * std::pow(widthHz / kBeginHz, part));
  mu_ = static_cast<float>(2.0 * std::numbers::pi * width / rate_);
  energy_ = 0.0;
}

void Dehum::Comb::end(int frames) noexcept {
  phase_ = std::fmod(phase_ + frames * 2.0 * std::numbers::pi * hz_ / rate_, 2.0 * std::numbers::pi);
  fitted_ = std::min(fitted_ + frames, static_cast<int>(kBeginSeconds * rate_));
  heard_ += frames / (kMeanSeconds * rate_) * (energy_ / frames - heard_);
  filled_ += frames;
  if (filled_ < kJudgeSeconds * rate_) return;
  filled_ = 0;
  judge();
}

void Dehum::Comb::process(Block b, float amount) noexcept {
  const int groups = roundUp4(harmonics_), tracked = std::min(groups, kTracked);
  const f32x4 pilot = splat(static_cast<float>(2.0 * std::numbers::pi * kPilotHz / rate_));
  for (int c = 0; c < b.channels; ++c) {
    const size_t row = static_cast<size_t>(c) * kMost;
    float *re = &re_[row], *im = &im_[row], *pilotRe = &pilotRe_[row], *pilotIm = &pilotIm_[row];
    const auto turn = [&](float* x, float* y, int h, f32x4 real) {
      const f32x4 imaginary = load4(y + h), tc = load4(&turnCos_[h]), ts = load4(&turnSin_[h]);
      store4(x + h, real * tc - imaginary * ts);
      store4(y + h, real * ts + imaginary * tc);
    };
    for (int n = 0; n < b.frames; ++n) {
      f32x4 all = splat(0.0f), sure = splat(0.0f);
      for (int h = 0; h < groups; h += 4) {
        all += load4(re + h);
        sure += load4(re + h) * load4(&sure_[h]);
      }
      const float x = b[c][n];
      const float left = x - (all[0] + all[1] + all[2] + all[3]);
      for (int h = 0; h < tracked; h += 4) {  // what is left and its own harmonic, fitted faster
        const f32x4 own = load4(pilotRe + h);
        turn(pilotRe, pilotIm, h, own + pilot * (left + load4(re + h) - own));
      }
      const f32x4 step = splat(mu_ * left);
      for (int h = 0; h < groups; h += 4) turn(re, im, h, load4(re + h) + step);
      energy_ += x * x;
      if (amount > 0.0f) b[c][n] = x - amount * (sure[0] + sure[1] + sure[2] + sure[3]);
    }
  }
}

void Dehum::prepare(const Spec& spec) {
  rate_ = spec.sampleRate;
  for (Comb* comb : {&fifty_, &sixty_, &own_}) comb->prepare(spec.sampleRate, spec.channels);
  detectors_.clear();
  mono_.assign(spec.maxFrames, 0.0f);
  reset();
}

void Dehum::reset() noexcept {
  fifty_.reset(50.0, false);
  sixty_.reset(60.0, false);
  own_.reset(kLowestHz, true);
  filled_ = 0;
  reductionDb_ = 0.0f;
}

void Dehum::process(Block b) noexcept {
  if (learning_) {
    for (int i = 0; i < b.frames; ++i) mono_[i] = b.mean(i);
    detectors_[0].add(mono_.data(), b.frames);
    listened_ += b.frames;
  }
  for (int from = 0; from < b.frames;) {
    // Pieces at fixed places, so that blocks of any size give the same.
    if (filled_ == 0) choose();
    const Block piece = b.part(from, std::min(kPiece - filled_, b.frames - from));
    from += piece.frames;
    if (beside_) beside_->process(piece, 0.0f);
    if (used_) used_->process(piece, get(kAmount));
    filled_ = (filled_ + piece.frames) % kPiece;
    if (filled_ > 0) continue;
    if (beside_) beside_->end(kPiece);
    if (used_) used_->end(kPiece);
  }
  reductionDb_ = used_ ? static_cast<float>(dbFromPower(std::max(1e-6, 1.0 - get(kAmount) * used_->share()))) : 0.0f;
}

/// Which hum the next piece is cleaned of.
void Dehum::choose() noexcept {
  const float known = get(kBase) >= kLowestHz ? get(kBase) : learned_.value_or(-1.0f);
  used_ = beside_ = nullptr;
  if (known >= kLowestHz) {
    if (std::abs(own_.nominal() - known) > 1e-3) own_.reset(known, true);
    used_ = &own_;
  } else {  // nothing is known: both are fitted, the better one is subtracted
    const bool sixty = sixty_.share() > fifty_.share();
    used_ = sixty ? &sixty_ : &fifty_;
    beside_ = sixty ? &fifty_ : &sixty_;
  }
  for (Comb* comb : {used_, beside_}) {
    if (comb) comb->begin(static_cast<int>(get(kHarmonics)), get(kWidth));
  }
}

void Dehum::startLearning() noexcept {
  learning_ = true;
  listened_ = 0;
  detectors_.clear();
  detectors_.emplace_back(static_cast<int>(std::lround(rate_)));
}

std::string Dehum::finishLearning() {
  learning_ = false;
  if (detectors_.empty() || static_cast<double>(listened_) < kSecondsToLearn * rate_)
    return "finding hum needs at least 5 s of sound";
  if (!detectors_[0].heard()) return "there is only digital silence here: hum can't be looked for";
  learned_ = static_cast<float>(detectors_[0].result().hz);
  return {};
}

std::vector<float> Dehum::learned() const { return learned_ ? std::vector<float>{*learned_} : std::vector<float>{}; }

std::string Dehum::restore(std::span<const float> values) {
  if (values.empty()) {
    learned_.reset();
    return {};
  }
  if (values.size() != 1 || !(values[0] == 0.0f || (values[0] >= kLowestHz - 1.0f && values[0] <= 401.0f)))
    return "a hum is one value: its frequency between 40 and 400 Hz, or 0 for none";
  learned_ = values[0];
  return {};
}

}  // namespace rinse
