// Takes hum away: sine waves at a fundamental and its harmonics whose amplitudes and phases are followed slowly (the
// adaptive noise canceller of Widrow et al. 1975, "Adaptive noise cancelling: principles and applications", Proc. IEEE
// 63(12), with sines as reference) are subtracted, those that stand still against what moves around them. The
// fundamental follows the phases' drift. So a note beside the hum stays, where a notch would cut it. It finds the
// fundamental in what it learns from; live it takes the mains frequency that fits better.
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include "core/effect.h"
#include "metrics/hum.h"

namespace rinse {

class Dehum : public TimeEffect, public Learner {
 public:
  enum Id { kAmount, kBase, kHarmonics, kWidth };
  static const std::span<const Param> kParams;

  Dehum() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  float reductionDb() const noexcept override { return reductionDb_; }

  Learner* learner() override { return this; }
  void startLearning() noexcept override;
  std::string finishLearning() override;
  std::vector<float> learned() const override;
  std::string restore(std::span<const float>) override;

 private:
  static constexpr int kMost = 40;

  /// Sines at a fundamental's harmonics, fitted to each channel. Each is a phasor that turns with every sample, its
  /// real part the sine: a step of the fit is added to that part alone.
  class Comb {
   public:
    void prepare(double rate, int channels);
    /// `known`: there is hum there.
    void reset(double hz, bool known) noexcept;
    double nominal() const { return nominalHz_; }
    /// How much of the energy that was heard is hum, 0 … 1.
    double share() const { return heard_ > 0.0 ? found_ / heard_ : 0.0; }
    /// Fits to the piece; where `amount` > 0, subtracts that share of what is sure.
    void process(Block, float amount) noexcept;
    /// Before and after each piece of so many samples.
    void begin(int harmonics, double widthHz) noexcept;
    void end(int frames) noexcept;

   private:
    void tune(double hz) noexcept;
    void forget(int harmonic) noexcept;
    void judge() noexcept;

    double rate_ = 48000.0, nominalHz_ = 50.0, hz_ = 50.0, phase_ = 0.0, heard_ = 0.0, found_ = 0.0, energy_ = 0.0,
           drift_ = 0.0;
    float mu_ = 0.0f;
    int channels_ = 0, harmonics_ = 0, fitted_ = 0, filled_ = 0;  // samples since the start; of what is judged
    std::vector<float> turnCos_, turnSin_;                        // [kMost] in a sample
    std::vector<float> re_, im_;                                  // [channels][kMost] the phasors
    std::vector<float> pilotRe_, pilotIm_;           // the same, fitted faster, by which the fundamental is followed
    std::vector<float> sure_;                        // [kMost] the share that is subtracted
    std::vector<double> steady_;                     // [kMost] how still it stands, over some seconds
    std::vector<std::complex<double>> mean_, last_;  // [channels][kMost] amplitudes lately, and the pilot's judged last
    std::vector<double> spread_;                     // [channels][kMost] around the mean
  };

  void choose() noexcept;

  double rate_ = 48000.0;
  int filled_ = 0;  // samples of the piece that the oscillators were set for
  Comb fifty_, sixty_, own_;
  Comb *used_ = nullptr, *beside_ = nullptr;  // this piece
  std::optional<float> learned_;              // Hz; 0: there is none
  std::vector<HumDetector> detectors_;
  bool learning_ = false;
  std::vector<float> mono_;
  long listened_ = 0;
  float reductionDb_ = 0.0f;
};

}  // namespace rinse
