// Dereverberation in rooms made by the image method: how much later sound is gone, and the reverberation time heard.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "blocks/fft.h"
#include "engine.h"
#include "metrics/si_sdr.h"
#include "reverb/decay_time.h"
#include "reverb/wpe.h"
#include "signals.h"

namespace rinse {
namespace {

constexpr int kRate = 16000;
constexpr double kSound = 343.0;  // m/s

struct Place {
  double x, y, z;
};

/// Allen & Berkley 1979, "Image method for efficiently simulating small-room acoustics": a room of the size, all walls
/// with the reflection factor that gives the T60 by Sabine's formula. Images up to `seconds` away.
std::vector<float> response(Place room, Place source, Place microphone, double t60, double seconds = 0.4) {
  const double volume = room.x * room.y * room.z, surface = 2 * (room.x * room.y + room.y * room.z + room.x * room.z);
  const double reflection = std::sqrt(1.0 - std::min(0.99, 0.161 * volume / (surface * t60)));
  std::vector<float> h(static_cast<size_t>(seconds * kRate), 0.0f);
  const int order = static_cast<int>(seconds * kSound / std::min({room.x, room.y, room.z}) / 2) + 1;
  for (int a = -order; a <= order; ++a) {
    for (int b = -order; b <= order; ++b) {
      for (int c = -order; c <= order; ++c) {
        for (int mirror = 0; mirror < 8; ++mirror) {
          const int p = mirror & 1, q = mirror >> 1 & 1, r = mirror >> 2;
          const double dx = (1 - 2 * p) * source.x + 2 * a * room.x - microphone.x,
                       dy = (1 - 2 * q) * source.y + 2 * b * room.y - microphone.y,
                       dz = (1 - 2 * r) * source.z + 2 * c * room.z - microphone.z;
          const double distance = std::sqrt(dx * dx + dy * dy + dz * dz);
          const auto at = static_cast<size_t>(std::lround(distance / kSound * kRate));
          if (at >= h.size()) continue;
          const int bounces = std::abs(2 * a - p) + std::abs(2 * b - q) + std::abs(2 * c - r);
          h[at] += static_cast<float>(std::pow(reflection, bounces) / distance);
        }
      }
    }
  }
  return h;
}

std::vector<float> heard(const std::vector<float>& x, const std::vector<float>& h, size_t from, size_t to) {
  std::vector<float> y(x.size(), 0.0f);
  for (size_t j = from; j < std::min(to, h.size()); ++j) {
    if (h[j] == 0.0f) continue;
    for (size_t i = j; i < y.size(); ++i) y[i] += h[j] * x[i - j];
  }
  return y;
}

/// A voice that is never the same: syllables of noise over harmonics of a wandering pitch.
std::vector<float> speech(int frames, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> x(frames);
  double phase = 0.0, pitch = 120.0, glide = 0.0, level = 0.0, target = 0.0;
  std::array<double, 12> tilt{};
  for (int i = 0; i < frames; ++i) {
    if (i % (kRate / 8) == 0) {
      target = std::abs(normal(random)) > 0.5 ? 1.0 : 0.0;
      // Towards another pitch all the time, as voices do: a held one would be predicted as an echo of itself.
      glide = (120.0 * std::pow(2.0, 0.3 * normal(random)) - pitch) / (kRate / 8);
      for (double& t : tilt) t = std::abs(normal(random));
    }
    pitch += glide;
    level += 0.004 * (target - level);
    phase += 2.0 * M_PI * pitch / kRate;
    double v = 0.1 * normal(random);
    for (size_t h = 1; h <= tilt.size(); ++h) v += tilt[h - 1] * std::sin(h * phase) / std::sqrt(h);
    x[i] = static_cast<float>(0.05 * level * v);
  }
  return x;
}

/// By how many dB the direct-to-reverberant ratio of four microphones rises in the second half of twelve seconds.
double gainOfFourChannels(const Recipe& recipe) {
  const int frames = 12 * kRate;
  const auto voice = speech(frames, 5);
  const Place room{6.0, 5.0, 3.0}, source{2.0, 3.5, 1.6};
  auto engine = Engine::create(recipe, {kRate, 4, 160});
  EXPECT_TRUE(engine) << engine.error();
  test::Channels x, early;
  for (int c = 0; c < 4; ++c) {
    const auto h = response(room, source, {4.0 + 0.3 * c, 2.0, 1.2}, 0.5);
    const auto direct = static_cast<size_t>(std::max_element(h.begin(), h.begin() + kRate / 50) - h.begin());
    const size_t border = direct + kRate / 20;  // 50 ms
    early.push_back(heard(voice, h, 0, border));
    x.push_back(test::sum(early[c], heard(voice, h, border, h.size())));
  }
  test::Channels out = x;
  const int lag = (*engine)->latency(), from = frames / 2;  // the room has been learned
  for (auto& c : out) c.resize(frames + lag, 0.0f);
  test::run(**engine, out, {160});
  double before = 0.0, after = 0.0, wanted = 0.0;
  for (int c = 0; c < 4; ++c) {
    for (int i = from; i < frames; ++i) {
      before += std::pow(x[c][i] - early[c][i], 2);
      after += std::pow(out[c][i + lag] - early[c][i], 2);
      wanted += std::pow(early[c][i], 2);
    }
  }
  EXPECT_LT(test::db(before / wanted), 6.0);  // a room worth the name, and one that is none of noise
  return test::db(before / after);
}

TEST(Dereverb, RaisesTheDirectSoundOfFourChannelsByThreeDecibels) {
  Recipe r;
  r.chain.push_back({"dereverb", {{"tail", 0.0f}, {"memory", 30.0f}}, {}});
  EXPECT_GT(gainOfFourChannels(r), 3.0);
}

TEST(DereverbOffline, RaisesTheDirectSoundOfFourChannelsByFourAndAHalfDecibels) {
  Recipe r;
  r.chain.push_back({"dereverb-offline", {}, {}});
  EXPECT_GT(gainOfFourChannels(r), 4.5);
}

TEST(Dereverb, LeavesADryVoiceNearlyAsItIs) {
  const auto voice = test::sum(speech(10 * kRate, 9), test::whiteNoise(10 * kRate, 1e-4f));
  Recipe r;
  r.chain.push_back({"dereverb", {}, {}});
  auto engine = Engine::create(r, {kRate, 1, 160});
  test::Channels x = {voice};
  x[0].resize(voice.size() + (*engine)->latency(), 0.0f);
  test::run(**engine, x, {160});
  const std::vector<float> out(x[0].begin() + (*engine)->latency(), x[0].end());
  EXPECT_GT(siSdr(voice, out), 10.0);
}

TEST(Dereverb, AddsNothingInARoomThatRingsForTenSeconds) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  std::vector<float> h(2 * kRate);  // the first fifth of it: nothing in what is heard tells the rest
  for (size_t i = 0; i < h.size(); ++i)
    h[i] = normal(random) * static_cast<float>(std::pow(10.0, -3.0 * static_cast<double>(i) / (10.0 * kRate)));
  const auto x = heard(speech(4 * kRate, 2), h, 0, h.size());
  Recipe r;
  r.chain.push_back({"dereverb", {}, {}});
  auto engine = Engine::create(r, {kRate, 1, 160});
  test::Channels out = {x};
  test::run(**engine, out, {160});
  for (const float v : out[0]) ASSERT_TRUE(std::isfinite(v));
  EXPECT_LT(test::power(out[0]), test::power(x));
}

TEST(DecayTime, HearsTheRoomWithinAThird) {
  for (const double t60 : {0.3, 0.5, 0.8}) {
    std::mt19937 random(4);
    std::normal_distribution<float> normal;
    std::vector<float> h(static_cast<size_t>(t60 * kRate));
    for (size_t i = 0; i < h.size(); ++i)
      h[i] = normal(random) * static_cast<float>(std::pow(10.0, -3.0 * i / h.size()));
    h[0] = 5.0f;
    auto voice = speech(12 * kRate, 3);
    for (size_t i = 0; i < voice.size(); ++i) voice[i] *= (i / (kRate / 2)) % 2 ? 0.0f : 1.0f;  // it pauses
    const auto x = heard(voice, h, 0, h.size());
    DecayTime time;
    time.prepare(50.0, 0.01);
    RealFft fft(320);
    std::vector<float> frame(320), power(fft.bins());
    std::vector<std::complex<float>> spectrum(fft.bins());
    for (size_t at = 0; at + 320 <= x.size(); at += 160) {
      for (int i = 0; i < 320; ++i) frame[i] = x[at + i] * static_cast<float>(std::sin(M_PI * (i + 0.5) / 320));
      fft.forward(frame.data(), spectrum.data());
      for (size_t k = 0; k < power.size(); ++k) power[k] = std::norm(spectrum[k]);
      time.update(power);
    }
    EXPECT_NEAR(time.seconds() / t60, 1.0, 0.33) << t60;
  }
}

TEST(Wpe, PredictsWhatComesBackAndNothingElse) {
  // x[t] = s[t] + 0.6 x[t - 3]: one echo that WPE must find exactly.
  Wpe wpe;
  wpe.prepare(1, 4);
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<std::complex<float>> x(3000);
  double left = 0.0, wanted = 0.0;
  for (int t = 0; t < 3000; ++t) {
    const std::complex<float> s(normal(random), normal(random));
    x[t] = s + (t >= 3 ? 0.6f * x[t - 3] : 0.0f);
    std::complex<float> past[4], late;
    for (int i = 0; i < 4; ++i) past[i] = t >= 3 + i ? x[t - 3 - i] : 0.0f;
    wpe.process(&x[t], past, 4, 0.999f, &late);
    if (t > 1500) left += std::norm(x[t] - late - s), wanted += std::norm(s);
  }
  EXPECT_LT(test::db(left / wanted), -20.0);
}

}  // namespace
}  // namespace rinse
