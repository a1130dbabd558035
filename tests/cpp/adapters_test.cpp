// Rates and frames that an effect asks for, whatever the host gives.
#include <gtest/gtest.h>

#include "allocations.h"
#include "core/at_rate.h"
#include "core/framed.h"
#include "probes.h"
#include "signals.h"

namespace rinse {
namespace {

using test::Channels;
using test::Lag;

struct HostRate {
  double host;
  int inner;
};
class AtRates : public testing::TestWithParam<HostRate> {};

TEST_P(AtRates, LatencyIsExactAndAnyBlockGivesTheSame) {
  const auto [host, rate] = GetParam();
  Lag lag(33, rate, 0);
  AtRate at(lag, rate);
  at.prepare({host, 1, 500});
  EXPECT_EQ(lag.spec.sampleRate, rate);
  const int frames = static_cast<int>(host / 2);
  // Below the lower Nyquist frequency nothing but time changes.
  const double hz = 0.03 * std::min<double>(host, rate);
  const std::vector<float> input = test::sine(frames, hz, host, 0.5f);
  Channels x = {input}, y = {input};
  test::run(at, x, {500});
  EXPECT_TRUE(lag.sizesOk);
  for (int i = frames / 2; i < frames; ++i) ASSERT_NEAR(x[0][i], input[i - at.latency()], 2e-4f) << i;
  at.reset();
  test::run(at, y, {1, 128, 37, 500});
  EXPECT_EQ(x, y);
}

TEST_P(AtRates, NothingIsAllocatedInProcess) {
  const auto [host, rate] = GetParam();
  Lag lag(0, rate, 0);
  AtRate at(lag, rate);
  at.prepare({host, 2, 500});
  Channels x(2, test::whiteNoise(static_cast<int>(host / 2), 0.5f));
  const long before = test::allocations();
  for (int from = 0; from + 500 <= static_cast<int>(x[0].size()); from += 500) at.process(test::blockOf(x, from, 500));
  EXPECT_EQ(test::allocations(), before);
}

INSTANTIATE_TEST_SUITE_P(Pairs, AtRates,
                         testing::Values(HostRate{48000, 16000}, HostRate{44100, 16000}, HostRate{44100, 48000},
                                         HostRate{8000, 48000}, HostRate{192000, 16000}, HostRate{16000, 16000},
                                         HostRate{11025, 48000}));

TEST(Framed, GivesWholeFramesWhateverTheBlocks) {
  Lag lag(0, 0, 160);
  Framed framed(lag, 160);
  framed.prepare({48000.0, 1, 500});
  const std::vector<float> input = test::whiteNoise(4000, 0.5f);
  Channels x = {input};
  test::run(framed, x, {1, 500, 159, 161});
  EXPECT_TRUE(lag.sizesOk);
  EXPECT_EQ(framed.latency(), 160);
  for (size_t i = 160; i < input.size(); ++i) ASSERT_EQ(x[0][i], input[i - 160]);
}

}  // namespace
}  // namespace rinse
