#include "metrics/bandwidth.h"

#include <algorithm>
#include <cmath>

#include "blocks/window.h"

namespace rinse {

namespace {

constexpr double kFrameSeconds = 0.04;
constexpr double kBandHz = 250.0;       // the spectrum's resolution here
constexpr double kFloorDb = -105.0;     // dB full scale in a band: the noise of 16 bits
constexpr double kCliffDb = 25.0;       // a fall within two bands by which a filter ends
constexpr double kBelowLoudest = 90.0;  // dB: what is softer is not content

}  // namespace

BandwidthMeter::BandwidthMeter(int sampleRate)
    : rate_(sampleRate),
      fft_(RealFft::fastSize(static_cast<int>(kFrameSeconds * sampleRate))),
      window_(hann(fft_.size())),
      time_(fft_.size()),
      spectrum_(fft_.bins()),
      power_(fft_.bins(), 0.0) {}

void BandwidthMeter::add(const float* samples, int count) {
  for (int i = 0; i < count; ++i) {
    time_[filled_] = samples[i] * window_[filled_];
    if (++filled_ < fft_.size()) continue;
    filled_ = 0;
    fft_.forward(time_.data(), spectrum_.data());
    for (int k = 0; k < fft_.bins(); ++k) power_[k] += std::norm(spectrum_[k]);
    ++frames_;
  }
}

double BandwidthMeter::result() const {
  if (frames_ == 0) return 0.0;
  const double binHz = static_cast<double>(rate_) / fft_.size();
  const int bands = static_cast<int>(rate_ / 2.0 / kBandHz);
  std::vector<double> db(bands, 0.0);
  for (int b = 0; b < bands; ++b) {
    for (int k = static_cast<int>(std::ceil(b * kBandHz / binHz));
         k < std::min((b + 1) * kBandHz / binHz, fft_.bins() - 1.0); ++k)
      db[b] += power_[k];
    db[b] = 10.0 * std::log10(db[b] / frames_ / (0.1875 * fft_.size() * fft_.size()) +
                              1e-20);  // 3/16 N^2: a sine's three bins under Hann's window
  }
  const double loudest = *std::max_element(db.begin(), db.end()), floor = std::max(kFloorDb, loudest - kBelowLoudest);
  int top = bands;
  while (top > 0 && db[top - 1] < floor) --top;
  if (top == 0) return 0.0;
  // A filter's edge: above it there may be dither or the noise of a later stage, but the fall stays.
  for (int b = 4; b < top; ++b) {
    const double before = *std::min_element(&db[b - 2], &db[b]);
    const double after = b + 2 < bands ? std::max(*std::max_element(&db[b + 2], &db[0] + bands), floor) : before;
    if (before - after <= kCliffDb) continue;
    int last = b + 1;  // the end lies where half of the fall is done
    while (db[last] < before - kCliffDb / 2.0) --last;
    return (last + 1) * kBandHz;
  }
  return std::min(top * kBandHz, rate_ / 2.0);
}

}  // namespace rinse
