// A gate that sets itself from the whole recording: threshold, hold and release such that what it cuts off the wanted
// hits and what it lets through of the bleed weigh least together (Terrell, Reiss & Sandler 2010, "Automatic noise gate
// settings for drum recordings containing bleed from secondary sources", EURASIP J. Adv. Signal Process. 2010, eq. 5:
// distortion of the wanted plus residual bleed). What is wanted and what is bleed is not known here, as it is in the
// paper: the peaks' levels fall into two heaps, and the louder one is wanted. For hits; a voice wants a gate with a
// voice as key.
#pragma once

#include <vector>

#include "core/effect.h"
#include "effects/gate.h"

namespace rinse {

class AutoGate : public TimeEffect, public Learner {
 public:
  enum Id { kRange, kOffset };
  static const std::span<const Param> kParams;

  AutoGate() : TimeEffect(kParams) {}
  void prepare(const Spec&) override;
  void process(Block) noexcept override;
  void reset() noexcept override;
  int latency() const noexcept override { return gate_.latency(); }
  float reductionDb() const noexcept override { return gate_.reductionDb(); }

  Learner* learner() override { return this; }
  void startLearning() noexcept override;
  std::string finishLearning() override;
  std::vector<float> learned() const override;
  std::string restore(std::span<const float>) override;

 private:
  static constexpr int kLevels = 120;  // of peaks, a decibel each, from -120 dB full scale on
  struct Settings {
    float threshold = -45.0f, hold = 80.0f,
          release = 150.0f;  // dB, ms, ms: until it has learned, as the gate's defaults
  };

  void listen(float peak) noexcept;

  Gate gate_;
  Settings settings_;
  bool hasLearned_ = false, learning_ = false;
  int frame_ = 1, filled_ = 0;             // samples
  float peak_ = 0.0f;                      // of the frame so far
  std::vector<double> peaks_;              // [kLevels] how many hits there were of each level
  float top_ = 0.0f, before_ = 0.0f;       // dB, of the hit that rings now; of the frame before
  int since_ = 0;                          // frames
  double falls_ = 0.0, fallFrames_ = 0.0;  // dB and frames, of the loud hits' decays
};

}  // namespace rinse
