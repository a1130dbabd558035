// Short-time spectra: what effects are shown, and what comes of what they answer.
#include "core/spectral.h"

#include <gtest/gtest.h>

#include "probes.h"
#include "signals.h"

namespace rinse {
namespace {

using test::Channels;
using test::Probe;

TEST(Spectral, ReconstructsToAMillionth) {
  for (const FrameKind kind : {FrameKind::House, FrameKind::LowLatency}) {
    for (const double rate : {8000.0, 22050.0, 44100.0, 48000.0, 47999.0, 192000.0}) {
      Probe probe;
      Spectral s(kind);
      s.add(probe);
      s.prepare({rate, 1, 1000});
      const std::vector<float> input = test::whiteNoise(static_cast<int>(rate / 3), 0.5f);
      Channels x = {input};
      test::run(s, x, {1000, 3});
      for (size_t i = s.latency(); i < input.size(); ++i)
        ASSERT_NEAR(x[0][i], input[i - s.latency()], 1e-6f) << rate << " " << i;
    }
  }
}

TEST(Spectral, TellsItsEffectsTheTruthAboutWhiteNoise) {
  class Power : public Probe {
   public:
    void process(SpectralFrame f) noexcept override {
      ++frames;
      for (int k = 2; k < f.bins - 2; ++k) sum += std::norm(f.spectrum[0][k]) / (f.bins - 4);
    }
    double sum = 0.0;
  } probe;
  Spectral s(FrameKind::House);
  s.add(probe);
  s.prepare({48000.0, 1, 480});
  Channels x = {test::whiteNoise(96000, 0.1f)};
  test::run(s, x, {480});
  EXPECT_NEAR(test::db(probe.sum / probe.frames / (0.01 * probe.spec.windowEnergy)), 0.0, 0.2);
}

TEST(Spectral, AnEffectThatLooksAheadHearsEachFrameBeforeItsTurn) {
  class Early : public Probe {
   public:
    Early() : Probe(0.5f) {}
    int lookAhead() const noexcept override { return 3; }
    void hear(const SpectralFrame& f) noexcept override { heard.push_back(f.spectrum[1][10]); }
    void process(SpectralFrame f) noexcept override {
      got.push_back(f.spectrum[1][10]);
      Probe::process(f);
    }
    std::vector<std::complex<float>> heard, got;
  } early;
  Spectral s(FrameKind::House);
  s.add(early);
  s.prepare({48000.0, 2, 480});
  EXPECT_EQ(s.latency(), 5 * 480);
  const std::vector<float> input = test::whiteNoise(24000, 0.5f);
  for (const float wet : {1.0f, 0.5f}) {  // what it is mixed with waits as long
    early.heard.clear(), early.got.clear();
    s.mix(0, wet);
    s.reset();
    Channels x = {std::vector<float>(24000), input};
    test::run(s, x, {480});
    for (size_t t = 3; t < early.got.size(); ++t) ASSERT_EQ(early.got[t], early.heard[t - 3]);
    for (size_t i = s.latency(); i < input.size(); ++i)
      ASSERT_NEAR(x[1][i], (1.0f - 0.5f * wet) * input[i - s.latency()], 1e-6f);
  }
}

TEST(Spectral, TheLastEffectsSecondThoughtsAreHeardInTheSecondHalfOfEachFrame) {
  class Unsure : public Probe {
   public:
    explicit Unsure(float second) : Probe(0.25f), second_(second) {}
    bool revises() const noexcept override { return true; }
    void process(SpectralFrame f) noexcept override {
      now = f.spectrum[1][10];
      Probe::process(f);
    }
    void revise(SpectralFrame f) noexcept override {
      EXPECT_EQ(f.spectrum[1][10], before);
      before = now;
      for (int k = 0; k < f.bins; ++k) f.spectrum[1][k] *= second_;
    }
    std::complex<float> now, before;

   private:
    float second_;
  };
  const std::vector<float> input = test::whiteNoise(24000, 0.5f);
  for (const auto& [kind, windows] :
       {std::pair(FrameKind::House, squareRootHann(480)), std::pair(FrameKind::LowLatency, asymmetricHann(960, 240))}) {
    for (const float wet : {1.0f, 0.5f, 0.0f}) {
      Unsure other(2.0f), unsure(0.75f);
      Spectral s(kind);
      s.add(other);  // nobody asks for its second thoughts: the next effect could not follow them
      s.add(unsure);
      s.mix(1, wet);
      s.prepare({48000.0, 2, 480});
      Channels x = {std::vector<float>(24000), input};
      test::run(s, x, {480, 7});
      for (size_t i = 2 * s.latency(); i < input.size(); ++i) {
        const size_t at = windows.analysis.size() - 2 * windows.hop + i % windows.hop;
        const float first = windows.analysis[at] * windows.synthesis[at];
        const auto step = static_cast<float>(i % windows.hop) / static_cast<float>(windows.hop / 2);
        const float second =
            step < 1.0f ? 0.5f - 0.25f * std::cos(static_cast<float>(M_PI) * step) : 0.75f;  // glides in
        const float gain = first * 0.25f + (1.0f - first) * second;
        ASSERT_NEAR(x[1][i], 0.25f * (wet * gain + 1.0f - wet) * input[i - s.latency()], 1e-6f) << i;
      }
    }
  }
}

}  // namespace
}  // namespace rinse
