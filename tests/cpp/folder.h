// A folder for a test's files, gone after it, with the means to write and read sound files there.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/audio_file.h"
#include "cli/clean.h"
#include "signals.h"

namespace rinse::cli {

namespace fs = std::filesystem;
using test::Channels;

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::temp_directory_path() / ("rinse-test-" + std::to_string(::getpid()) + "-" +
                                         testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(path_);
  }
  void TearDown() override { fs::remove_all(path_); }
  std::string in(const std::string& name) const { return (path_ / name).string(); }

  std::string write(const std::string& name, Channels x, int rate, int format) const {
    auto file = create(name, rate, static_cast<int>(x.size()), format);
    EXPECT_TRUE(file) << file.error();
    EXPECT_TRUE(file->write(test::blockOf(x, 0, static_cast<int>(x[0].size()))));
    EXPECT_TRUE(file->close());
    return in(name);
  }
  Result<AudioFile> create(const std::string& name, int rate, int channels, int format) const {
    return AudioFile::write(::open(in(name).c_str(), O_RDWR | O_CREAT | O_TRUNC, 0644), name, rate, channels, format);
  }
  static Channels read(const std::string& path) {
    auto file = AudioFile::read(path);
    EXPECT_TRUE(file) << file.error();
    Channels x(file->info().channels, std::vector<float>(file->info().frames));
    EXPECT_EQ(file->read(test::blockOf(x, 0, static_cast<int>(file->info().frames))), file->info().frames);
    return x;
  }
  std::string refusal(const std::string& from, const std::string& to, const Recipe& r = {}) const {
    auto report = clean(from, to, r);
    EXPECT_FALSE(report);
    EXPECT_FALSE(fs::exists(to)) << "something half-written is left";
    for (const auto& f : fs::directory_iterator(fs::path(in("x")).parent_path()))
      EXPECT_NE(f.path().extension(), ".part");
    return report ? "" : report.error();
  }

 private:
  fs::path path_;
};

}  // namespace rinse::cli
