// `rinse score` and `rinse inspect` on files and folders.
#include "cli/score.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/inspect.h"
#include "folder.h"
#include "signals.h"

namespace rinse::cli {
namespace {

class Scoring : public Folder {
 protected:
  void SetUp() override {
    Folder::SetUp();
    fs::create_directories(in("clean"));
    fs::create_directories(in("est"));
    const auto voice = test::voice(96000, 48000.0);
    for (const char* name : {"a.wav", "b.wav"})
      write(std::string("clean/") + name, {voice}, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    write("est/a.wav", {voice}, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    write("est/b.flac", {test::sum(voice, test::whiteNoise(96000, 0.01f))}, 48000, SF_FORMAT_FLAC | SF_FORMAT_PCM_24);
  }
  /// What is printed, or the error.
  std::string scored(ScoreArgs args) {
    std::ostringstream out, warnings;
    auto done = score(args, out, warnings);
    return done ? out.str() : done.error();
  }
  ScoreArgs folders(const std::string& format) { return {in("clean"), in("est"), "", {"stoi", "si_sdr"}, format, ""}; }
};

TEST_F(Scoring, MatchesFoldersByStemAndEndsWithTheMean) {
  const std::string text = scored(folders("csv"));
  EXPECT_EQ(text.substr(0, text.find("b.flac")), "file,lag,stoi,si_sdr\na.wav,0,1.0000,100.0000\n");
  EXPECT_NE(text.find("\nmean,0,"), std::string::npos);
}

TEST_F(Scoring, GivesJsonWithAllMeasures) {
  ScoreArgs args = folders("json");
  args.metrics.clear();
  const auto json = nlohmann::json::parse(scored(args));
  ASSERT_EQ(json["files"].size(), 2u);
  EXPECT_EQ(json["files"][0]["file"], "a.wav");
  for (const char* id : {"lag", "pesq_wb", "pesq_nb", "stoi", "estoi", "si_sdr", "snr", "seg_snr", "lsd", "lsd_hf",
                         "csig", "cbak", "covl"}) {
    EXPECT_TRUE(json["mean"][id].is_number()) << id;
  }
  EXPECT_FALSE(json["mean"].contains("log_kurtosis_ratio"));  // needs the noisy file
}

TEST_F(Scoring, SubtractsABaseline) {
  const std::string text = scored(folders("csv"));
  std::ofstream(in("base.csv")) << text;
  ScoreArgs args = folders("csv");
  args.baseline = in("base.csv");
  EXPECT_NE(scored(args).find("b.flac,0,0.0000,"), std::string::npos);
  // Names with commas, a spreadsheet's line ends, and files that the table lacks: the mean is that of the differences.
  std::ofstream(in("sheet.csv"))
      << "\xEF\xBB\xBF"
         "file,lag,stoi,si_sdr\r\n\"a.wav\",0,1.0,99.0\r\n\"x,\"\"y.wav\",0,0.5,1.0\r\nmean,0,0.1,0.1\r\n";
  args.baseline = in("sheet.csv");
  EXPECT_NE(scored(args).find("\nmean,0,0.0000,1.0000\n"), std::string::npos);
  args.baseline = in("clean/a.wav");
  EXPECT_NE(scored(args).find("begins with the column file"), std::string::npos);
}

TEST_F(Scoring, SaysWhatIsWrong) {
  ScoreArgs args = folders("csv");
  args.metrics = {"mos"};
  EXPECT_NE(scored(args).find("there is no such measure; there are pesq_wb"), std::string::npos);
  args.metrics = {"pesq", "stoi"};
  EXPECT_EQ(scored(args).substr(0, 40), "file,lag,pesq_wb,pesq_nb,stoi,pesq_raw\na");
  args.metrics = {"log_kurtosis_ratio"};
  EXPECT_NE(scored(args).find("give --noisy too"), std::string::npos);
  EXPECT_NE(scored({in("clean"), in("nowhere"), "", {}, "csv", ""}).find("there is no such file"), std::string::npos);
  EXPECT_NE(scored({in("clean"), in("est/a.wav"), "", {}, "csv", ""}).find("files only or folders only"),
            std::string::npos);
  write("est/b.wav", {test::voice(96000, 48000.0)}, 48000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
  EXPECT_NE(scored(folders("csv")).find("same name but for the ending"), std::string::npos);
}

TEST_F(Folder, InspectsAFile) {
  write("a.wav", {test::sum(test::voice(240000, 48000.0), test::whiteNoise(240000, 0.02f))}, 48000,
        SF_FORMAT_WAV | SF_FORMAT_PCM_16);
  std::ostringstream json, text;
  ASSERT_TRUE(inspect(in("a.wav"), true, json));
  const auto report = nlohmann::json::parse(json.str());
  EXPECT_EQ(report["preset"], "voice-recording");
  EXPECT_EQ(report["findings"][0]["id"], "noise");
  EXPECT_NEAR(report["noise_floor_db"], -34.0, 1.0);
  ASSERT_TRUE(inspect(in("a.wav"), false, text));
  EXPECT_NE(text.str().find("Fitting preset: voice-recording"), std::string::npos);
  EXPECT_FALSE(inspect(in("nothing.wav"), false, text));
}

}  // namespace
}  // namespace rinse::cli
