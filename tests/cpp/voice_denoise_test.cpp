// Facts about the effects on the voice networks, with the weights that ship.
#include <gtest/gtest.h>

#include <cmath>

#include "cli/weights_file.h"
#include "engine.h"
#include "nn/voice_listener.h"
#include "signals.h"

namespace rinse {
namespace {

constexpr int kRate = 48000;

/// Of either effect.
class VoiceDenoise : public testing::TestWithParam<const char*> {
 protected:
  static std::unique_ptr<Engine> engine(std::vector<std::pair<std::string, float>> params = {}, int channels = 1) {
    Recipe r;
    r.chain.push_back({GetParam(), std::move(params), {}});
    auto made = Engine::create(r, {kRate, channels, 480}, cli::models());
    EXPECT_TRUE(made) << made.error();
    return std::move(*made);
  }

  /// In step with x.
  static test::Channels cleaned(test::Channels x, std::vector<std::pair<std::string, float>> params = {}) {
    const auto e = engine(std::move(params), static_cast<int>(x.size()));
    for (auto& channel : x) channel.resize(channel.size() + e->latency());
    test::run(*e, x, {480});
    for (auto& channel : x) channel.erase(channel.begin(), channel.begin() + e->latency());
    return x;
  }
};

TEST_P(VoiceDenoise, IsRefusedWithoutItsModel) {
  Recipe r;
  r.chain.push_back({GetParam(), {}, {}});
  const auto made = Engine::create(r, {kRate, 1, 480});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().find("the model \"voice"), std::string::npos) << made.error();
  EXPECT_NE(made.error().find("was not loaded"), std::string::npos) << made.error();
}

TEST_P(VoiceDenoise, TakesNoiseAwayDownToItsLimit) {
  const test::Channels noise = {test::whiteNoise(4 * kRate, 0.05f)};
  const auto reduction = [&](float limit) {
    return test::db(test::power(cleaned(noise, {{"limit", limit}})[0], 2 * kRate) / test::power(noise[0], 2 * kRate));
  };
  EXPECT_LT(reduction(-40.0f), -15.0);
  EXPECT_NEAR(reduction(-6.0f), -6.0, 1.0);
  EXPECT_GE(reduction(-6.0f), -6.01);
}

/// What is high in a sound, by its second differences: 12 dB more for each octave.
std::vector<float> high(const std::vector<float>& x) {
  std::vector<float> y(x.size() - 2);
  for (size_t i = 0; i < y.size(); ++i) y[i] = x[i + 2] - 2.0f * x[i + 1] + x[i];
  return y;
}

double treble(const std::vector<float>& x, size_t from) { return test::power(high(x), from); }

TEST_P(VoiceDenoise, TakesHissAwayUnderAVoiceThoughTheRecordingBeginsWithDigitalSilence) {
  const auto x = test::sum(test::voice(4 * kRate, kRate), test::whiteNoise(4 * kRate, 0.01f));
  std::vector<float> late(kRate / 2, 0.0f);
  late.insert(late.end(), x.begin(), x.end());
  const double before = treble(x, 3 * kRate);
  // Without the guard: where nothing comes before it, this made voice may pass for music.
  EXPECT_LT(test::db(treble(cleaned({x}, {{"guard", 0.0f}})[0], 3 * kRate) / before), -15.0);
  EXPECT_LT(test::db(treble(cleaned({late}, {{"guard", 0.0f}})[0], 3 * kRate + kRate / 2) / before), -15.0);
}

TEST_P(VoiceDenoise, KeepsTheTrebleOfASibilantBeforeAnyWord) {
  constexpr int kBegin = 2 * kRate, kLength = kRate / 5;
  std::vector<float> x(kBegin, 0.0f);
  const auto hiss = high(test::whiteNoise(kLength + 2, 0.002f)), word = test::voice(kRate / 2, kRate);
  for (int i = 0; i < kLength; ++i) x.push_back(static_cast<float>(hiss[i] * std::sin(M_PI * i / kLength)));
  x.insert(x.end(), word.begin(), word.end());
  x.resize(x.size() + kRate);
  const auto sibilant = [](const std::vector<float>& all) {
    return treble({all.begin() + kBegin, all.begin() + kBegin + kLength}, 0);
  };
  EXPECT_GT(test::db(sibilant(cleaned({x})[0]) / sibilant(x)), -1.0);
}

TEST_P(VoiceDenoise, KeepsTheTrebleOfABreathThatARecordingBeginsWith) {
  constexpr int kLength = kRate / 5;
  const auto breath = test::whiteNoise(kLength, 0.01f, 2);
  const auto kept = [&](float floor, int begin) {
    auto x = test::whiteNoise(4 * kRate, floor);
    for (int i = 0; i < kLength; ++i) x[begin + i] += static_cast<float>(breath[i] * std::sin(M_PI * i / kLength));
    const auto of = [&](const std::vector<float>& all) {
      return treble({all.begin() + begin, all.begin() + begin + kLength}, 0);
    };
    return test::db(of(cleaned({x}, {{"guard", 0.0f}})[0]) / of(x));
  };
  EXPECT_GT(kept(1e-5f, kRate / 2), -1.0);
  EXPECT_LT(kept(1e-5f, 5 * kRate / 2), -6.0) << "later nobody had to begin";
  EXPECT_LT(kept(1e-3f, kRate / 2), -6.0) << "it does not stand out of quiet";
}

/// Three times the rate by a windowed sinc of ten crossings, which leaves images, at -30 dB and in 16 bits: as a
/// headset that sounds like a telephone arrives.
std::vector<float> poorlyUpsampled(const std::vector<float>& x) {
  constexpr int kHalf = 30;
  constexpr float kQuiet = 0.03f;
  std::vector<float> y(x.size() * 3);
  for (int i = 0; i < static_cast<int>(y.size()); ++i) {
    double sum = 0.0;
    for (int at = (i - kHalf + 3) / 3; at <= (i + kHalf - 1) / 3 && at < static_cast<int>(x.size()); ++at) {
      if (at < 0) continue;
      const double t = (i - 3 * at) / 3.0, hann = 0.5 + 0.5 * std::cos(M_PI * (i - 3 * at) / kHalf);
      sum += x[at] * hann * (t == 0.0 ? 1.0 : std::sin(M_PI * t) / (M_PI * t));
    }
    y[i] = static_cast<float>(std::round(sum * kQuiet * 32768.0) / 32768.0);
  }
  return y;
}

TEST_P(VoiceDenoise, TakesHissAwayWhereARecordingCameFromALowerRate) {
  const std::vector<float> hiss = poorlyUpsampled(test::whiteNoise(4 * kRate / 3, 0.02f));
  EXPECT_LT(test::db(test::power(cleaned({hiss})[0], kRate) / test::power(hiss, kRate)), -15.0);
}

TEST_P(VoiceDenoise, DoesTheSameAtEveryLevel) {
  const test::Channels x = {test::sum(test::voice(3 * kRate, kRate), test::whiteNoise(3 * kRate, 0.02f))};
  const test::Channels loud = cleaned(x), quiet = cleaned({test::scaled(x[0], 0.01f)});
  double difference = 0.0;
  for (size_t i = kRate; i < x[0].size(); ++i) difference += std::pow(loud[0][i] - 100.0 * quiet[0][i], 2);
  const double power = test::power(loud[0], kRate) * static_cast<double>(x[0].size() - kRate);
  EXPECT_LT(test::db(difference / power), -30.0);
}

TEST_P(VoiceDenoise, TreatsAllChannelsAlike) {
  const auto x = test::sum(test::voice(2 * kRate, kRate), test::whiteNoise(2 * kRate, 0.02f));
  const auto one = cleaned({x})[0];
  const test::Channels two = cleaned({x, test::scaled(x, 0.5f)});
  double difference = 0.0;
  for (size_t i = 0; i < x.size(); ++i) difference += std::pow(two[0][i] - 2.0 * two[1][i], 2);
  EXPECT_LT(difference, 1e-9 * test::power(two[0]) * static_cast<double>(x.size()));
  EXPECT_NEAR(test::db(test::power(two[0]) / test::power(one)), 0.0, 0.1);
}

TEST_P(VoiceDenoise, KnowsHowProbableSpeechIs) {
  auto e = engine();
  test::Channels noise = {test::whiteNoise(3 * kRate + e->latency(), 0.05f)};
  test::run(*e, noise, {480});
  ASSERT_TRUE(e->speechPresence().has_value());
  EXPECT_LT(*e->speechPresence(), 0.5f);
  EXPECT_FALSE((*Engine::create(Recipe{}, {kRate, 1, 480}))->speechPresence().has_value());
}

/// Struck chords, two a second, each of three notes with harmonics that die away.
std::vector<float> chords(int frames) {
  std::vector<float> x(frames, 0.0f);
  constexpr int kBeat = kRate / 2;
  constexpr double kRoots[] = {131.0, 175.0, 196.0, 147.0};
  for (int at = 0, k = 0; at < frames; at += kBeat, ++k)
    for (const double interval : {1.0, 1.25, 1.5})
      for (int h = 1; h <= 8; ++h)
        for (int i = at; i < std::min(frames, at + 3 * kBeat); ++i) {
          const double t = static_cast<double>(i - at) / kRate;
          x[i] += static_cast<float>(0.03 / h * std::exp(-3.0 * t) * std::min(1.0, t / 0.005) *
                                     std::sin(2.0 * M_PI * kRoots[k % 4] * interval * h * t));
        }
  return x;
}

TEST_P(VoiceDenoise, LetsMusicPassThatPlaysAlone) {
  const test::Channels music = {chords(8 * kRate)};
  const auto kept = [&](float guard) {
    return test::db(test::power(cleaned(music, {{"guard", guard}})[0], 4 * kRate) / test::power(music[0], 4 * kRate));
  };
  EXPECT_NEAR(kept(1.0f), 0.0, 1.0);
  EXPECT_LT(kept(0.0f), -15.0);
}

TEST_P(VoiceDenoise, LivesWithinTwentyMillisecondsAndHearsChunksAheadForFiles) {
  const bool ahead = std::string_view(GetParam()) == "voice-denoise-offline";
  const int hops = 2 * nn::AheadPath::kChunk + nn::AheadPath::kBeyond - 1 + nn::VoiceFrame::kAhead;
  EXPECT_EQ(engine()->latency(), kRate / 50 + (ahead ? (nn::VoiceListener::kTwice + hops) * kRate / 100 : 0));
}

INSTANTIATE_TEST_SUITE_P(LiveAndForFiles, VoiceDenoise, testing::Values("voice-denoise", "voice-denoise-offline"),
                         [](const auto& i) { return std::string_view(i.param) == "voice-denoise" ? "live" : "files"; });

}  // namespace
}  // namespace rinse
