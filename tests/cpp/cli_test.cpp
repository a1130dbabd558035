// The command line's parts: sound files, cleaning from file to file, and everything that can be wrong with them.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "cli/align.h"
#include "cli/audio_file.h"
#include "cli/clean.h"
#include "cli/recipe_json.h"
#include "effects/registry.h"
#include "folder.h"
#include "signals.h"

namespace rinse::cli {
namespace {

Recipe denoise() { return *findPreset("steady-noise"); }

TEST_F(Folder, ANullRecipeKeepsEveryIntegerAndFloatFormatToTheBit) {
  const Channels x = {test::whiteNoise(5000, 0.4f, 1), test::whiteNoise(5000, 0.4f, 2)};
  const std::pair<const char*, int> formats[] = {
      {"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8},   {"b.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
      {"c.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24},   {"e.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
      {"f.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16}, {"g.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
      {"h.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24}, {"i.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16}};
  for (const auto& [name, format] : formats) {
    const std::string from = write(name, x, 44100, format), to = in(std::string("out-") + name);
    auto report = clean(from, to, Recipe{});
    ASSERT_TRUE(report) << name << report.error();
    EXPECT_EQ(read(from), read(to)) << name;
    EXPECT_EQ(AudioFile::read(to)->info().format, AudioFile::read(from)->info().format) << name;
  }
}

TEST_F(Folder, KeepsRateChannelsLengthAndSubtype) {
  for (const int rate : {8000, 11025, 44100, 192000}) {
    for (const int channels : {1, 2, 6, 8}) {
      const int frames = rate / 3 + 17;
      const std::string from =
          write("x.wav", Channels(channels, test::whiteNoise(frames, 0.1f)), rate, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
      auto report = clean(from, in("y.wav"), denoise());
      ASSERT_TRUE(report) << report.error();
      const SF_INFO info = AudioFile::read(in("y.wav"))->info();
      EXPECT_EQ(info.samplerate, rate);
      EXPECT_EQ(info.channels, channels);
      EXPECT_EQ(info.frames, frames);
      EXPECT_EQ(info.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_24);
      fs::remove(in("y.wav"));
    }
  }
}

TEST_F(Folder, TheOutputLinesUpWithTheInput) {
  const auto voice = test::voice(48000, 48000.0);
  const std::string from = write("x.wav", {voice}, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  ASSERT_TRUE(clean(from, in("y.wav"), denoise()));
  const auto y = read(in("y.wav"))[0];
  double best = 0.0;
  int lag = -9999;
  for (int candidate = -1200; candidate <= 1200; ++candidate) {
    double dot = 0.0;
    for (int i = 12000; i < 36000; ++i) dot += voice[i] * y[i + candidate];
    if (dot > best) best = dot, lag = candidate;
  }
  EXPECT_EQ(lag, 0);
}

TEST_F(Folder, AFileShorterThanTheLatencyIsCleanedWhole) {
  const std::string from = write("x.wav", {test::whiteNoise(10, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  ASSERT_TRUE(clean(from, in("y.wav"), denoise()));
  EXPECT_EQ(AudioFile::read(in("y.wav"))->info().frames, 10);
}

TEST_F(Folder, OtherContainersAreWrittenByTheirEnding) {
  const std::string from = write("x.wav", {test::whiteNoise(48000, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  for (const char* name : {"y.flac", "y.ogg", "y.opus", "y.aiff", "y.caf"}) {
    auto report = clean(from, in(name), denoise());
    ASSERT_TRUE(report) << name << ": " << report.error();
    EXPECT_NEAR(AudioFile::read(in(name))->info().frames, 48000, 0) << name;
  }
  EXPECT_NE(refusal(from, in("y.mp9")).find(".wav, .flac"), std::string::npos);
}

TEST_F(Folder, WhatIsNoSoundFileIsRefusedWithTheReason) {
  std::ofstream(in("empty.wav")).close();
  std::ofstream(in("text.wav")) << "hello, I am a text";
  EXPECT_NE(refusal(in("none.wav"), in("y.wav")).find("no such file"), std::string::npos);
  EXPECT_NE(refusal(in("empty.wav"), in("y.wav")).find("the file is empty"), std::string::npos);
  EXPECT_NE(refusal(in("text.wav"), in("y.wav")).find("not a sound file"), std::string::npos);
  EXPECT_NE(refusal(in(""), in("y.wav")).find("folder"), std::string::npos);
  const std::string zero = in("zero.wav");
  create("zero.wav", 48000, 1, SF_FORMAT_WAV | SF_FORMAT_PCM_16)->close();
  EXPECT_NE(refusal(zero, in("y.wav")).find("holds no samples"), std::string::npos);
}

TEST_F(Folder, AbsurdRatesAndChannelCountsAreRefused) {
  const std::string slow = write("slow.wav", {test::whiteNoise(100, 0.1f)}, 4000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  EXPECT_NE(refusal(slow, in("y.wav")).find("8000 to 192000 Hz"), std::string::npos);
  SF_INFO info{0, 48000, 9, SF_FORMAT_WAV | SF_FORMAT_PCM_16, 0, 0};
  SNDFILE* many = sf_open(in("many.wav").c_str(), SFM_WRITE, &info);
  const std::vector<short> samples(900, 100);
  ASSERT_EQ(sf_writef_short(many, samples.data(), 100), 100);
  sf_close(many);
  EXPECT_NE(refusal(in("many.wav"), in("y.wav")).find("9 channels; 1 to 8 are accepted"), std::string::npos);
}

TEST_F(Folder, WhatCanNotBeDecodedAtAllGivesNoEmptyResult) {
  const std::string from = write("x.flac", {test::whiteNoise(48000, 0.1f)}, 48000, SF_FORMAT_FLAC | SF_FORMAT_PCM_16);
  fs::resize_file(from, 2000);
  refusal(from, in("y.wav"));
}

TEST_F(Folder, AnOddNumberOfBytesIsNoReasonToWarn) {
  const std::string from = write("x.wav", {test::whiteNoise(4801, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
  auto report = clean(from, in("y.wav"), denoise());
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->warning, "");
}

TEST_F(Folder, TwoCleaningsIntoOneNameBothEndWhole) {
  const std::string a = write("a.wav", {test::whiteNoise(480000, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  const std::string b = write("b.wav", {test::whiteNoise(48000, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  std::thread other([&] { EXPECT_TRUE(clean(a, in("y.wav"), denoise())); });
  EXPECT_TRUE(clean(b, in("y.wav"), denoise()));
  other.join();
  const auto frames = AudioFile::read(in("y.wav"))->info().frames;
  EXPECT_TRUE(frames == 480000 || frames == 48000) << frames;
}

TEST_F(Folder, AnInputNamedLikeAPartFileIsLeftAlone) {
  const std::string from =
      write("y.wav.part.wav", {test::whiteNoise(4800, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  const auto before = read(from);
  fs::rename(from, in("y.wav.part"));
  ASSERT_TRUE(clean(in("y.wav.part"), in("y.wav"), denoise()));
  EXPECT_EQ(read(in("y.wav.part")), before);
}

TEST_F(Folder, ATruncatedFileIsCleanedAsFarAsItGoesAndTheUserIsTold) {
  const std::string from = write("x.wav", {test::whiteNoise(48000, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  fs::resize_file(from, fs::file_size(from) / 2);
  auto report = clean(from, in("y.wav"), denoise());
  ASSERT_TRUE(report) << report.error();
  EXPECT_NE(report->warning.find("ends early"), std::string::npos);
  EXPECT_EQ(AudioFile::read(in("y.wav"))->info().frames, report->frames);
}

TEST_F(Folder, NotANumberIsReplacedAndTheUserIsTold) {
  auto x = test::whiteNoise(4800, 0.1f);
  x[100] = NAN;
  const std::string from = write("x.wav", {x}, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  auto report = clean(from, in("y.wav"), denoise());
  ASSERT_TRUE(report) << report.error();
  EXPECT_NE(report->warning.find("1 samples were no numbers"), std::string::npos);
  const Channels y = read(in("y.wav"));
  for (float v : y[0]) ASSERT_TRUE(std::isfinite(v));
}

TEST_F(Folder, TheInputIsNeverOverwritten) {
  const std::string from = write("x.wav", {test::whiteNoise(4800, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  const auto before = read(from);
  auto report = clean(from, from, denoise());
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().find("the input itself"), std::string::npos);
  EXPECT_EQ(read(from), before);
}

TEST_F(Folder, LearnsFromAStretchOfTheFile) {
  const std::string from = write("x.wav", {test::whiteNoise(96000, 0.1f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  auto learned = learn(from, denoise(), 0, 0.5, 1.5);
  ASSERT_TRUE(learned) << learned.error();
  EXPECT_EQ(learned->chain[0].learned.size(), 128u);
  // White noise of RMS 0.1: -20 dB spread over 24 kHz.
  EXPECT_NEAR(learned->chain[0].learned[100], -20.0 - 10.0 * std::log10(24000.0), 1.5);
  EXPECT_FALSE(learn(from, denoise(), 0, 0.5, 0.503));
}

TEST_F(Folder, AGateFollowsASideChainOfAnotherRateAndLengthToTheMillisecond) {
  // A trigger at 16 kHz, stereo, from 0.5 to 0.7 s, that ends long before the input; before the gate a transform and
  // another effect that lag and change nothing.
  const int rate = 48000, frames = 2 * rate;
  std::vector<float> trigger(16000, 0.0f);
  for (int i = 8000; i < 11200; ++i) trigger[i] = 0.5f * std::sin(0.9f * static_cast<float>(i));
  const std::string from = write("x.wav", {test::whiteNoise(frames, 0.1f)}, rate, SF_FORMAT_WAV | SF_FORMAT_FLOAT),
                    key = write("key.wav", {trigger, trigger}, 16000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  Recipe gated;
  gated.chain = {
      {"deess", {{"range", 0.0f}}, {}},
      {"gate", {{"range", 0.0f}}, {}},
      {"gate", {{"range", -60.0f}, {"hold", 0.0f}, {"attack", 0.1f}, {"release", 5.0f}, {"lookahead", 0.0f}}, {}}};
  auto report = clean(from, in("y.wav"), gated, key);
  ASSERT_TRUE(report) << report.error();
  const auto x = read(from)[0], y = read(in("y.wav"))[0];
  ASSERT_EQ(x.size(), y.size());
  const auto level = [&](double a, double b) {
    const auto part = [&](const std::vector<float>& v) {
      return std::vector<float>(v.begin() + static_cast<long>(a * rate), v.begin() + static_cast<long>(b * rate));
    };
    return test::db(test::power(part(y)) / test::power(part(x)));
  };
  EXPECT_LT(level(0.1, 0.499), -55.0);
  EXPECT_GT(level(0.503, 0.7), -0.5);
  EXPECT_LT(level(0.78, 2.0), -40.0);
  EXPECT_FALSE(clean(from, in("z.wav"), gated, in("none.wav")));
}

TEST_F(Folder, AlignsRecordersAndSaysWhatIsWrongWithThem) {
  const auto sound = test::sum(test::voice(12 * 48000, 48000.0), test::whiteNoise(12 * 48000, 0.02f));
  const int format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  const std::vector<float> late(sound.begin() + 30000, sound.end());
  const std::string a = write("a.wav", {sound}, 48000, format), b = write("b.wav", {late, late}, 48000, format);
  std::ostringstream said;
  ASSERT_TRUE(align({a, b}, in("c.wav"), said));
  EXPECT_NE(said.str().find("began 0.6250 s later"), std::string::npos) << said.str();
  const auto both = read(in("c.wav"));
  ASSERT_EQ(both.size(), 3u);
  EXPECT_EQ(both[0], sound);
  double off = 0.0, all = 0.0;
  for (size_t i = 48000; i < sound.size() - 48000; ++i)
    off += std::pow(both[2][i] - sound[i], 2), all += std::pow(sound[i], 2);
  EXPECT_LT(test::db(off / all), -30.0);
  const std::string other = write("d.wav", {test::whiteNoise(12 * 48000, 0.1f, 9)}, 48000, format);
  EXPECT_NE(align({a, other}, in("e.wav"), said).error().find("nothing in it was heard"), std::string::npos);
  EXPECT_NE(align({a, write("f.wav", {late}, 44100, format)}, in("e.wav"), said).error().find("must be the same"),
            std::string::npos);
  EXPECT_NE(align({a, b}, b, said).error().find("one of the inputs"), std::string::npos);
  EXPECT_FALSE(fs::exists(in("e.wav")));
}

TEST_F(Folder, FindsWhereNoiseIsAlone) {
  auto x = test::whiteNoise(4 * 48000, 0.01f);
  for (int i = 0; i < 48000; ++i) x[i] *= 4.0f;
  auto found = findNoise(write("x.wav", {x}, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT));
  ASSERT_TRUE(found) << found.error();
  EXPECT_GE(found->from, 1.0);
  auto none = findNoise(write("y.wav", {test::whiteNoise(4800, 0.01f)}, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT));
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().find("no third of a second"), std::string::npos);
}

}  // namespace
}  // namespace rinse::cli
