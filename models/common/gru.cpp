#include "gru.h"

#include <algorithm>

namespace rinse {

using namespace lanes;

namespace {
constexpr int kChunk = 8;  // steps after which the weights' gradients are summed up: what they need stays in the cache
}

GruLayer::GruLayer(const float* wi, const float* wh, const float* bi, const float* bh, int inputs, int units,
                   bool reverse)
    : wi_(wi),
      wh_(wh),
      bi_(bi),
      bh_(bh),
      inputs_(inputs),
      units_(units),
      reverse_(reverse),
      biases_(4 * units),
      sumsInput_(3 * units, inputs),
      sumsState_(3 * units, units) {}

void GruLayer::begin(float* gates) const {
  for (int i = 0; i < 2 * units_; ++i) std::fill_n(gates + i * kLanes, kLanes, bi_[i] + bh_[i]);
  for (int i = 2 * units_; i < 3 * units_; ++i) {
    std::fill_n(gates + i * kLanes, kLanes, bi_[i]);
    std::fill_n(gates + (i + units_) * kLanes, kLanes, bh_[i]);
  }
}

void GruLayer::forward(int steps, Sequence<const float> x, Sequence<float> h, Sequence<float> kept) {
  const int H = units_;
  gates_.resize(4 * H * kLanes);
  state_.assign(H * kLanes, 0.0f);
  float *r = gates_.data(), *z = r + H * kLanes, *n = z + H * kLanes, *hidden = n + H * kLanes;
  for (int s = 0; s < steps; ++s) {
    const int t = reverse_ ? steps - 1 - s : s;
    begin(r);
    multiply(wi_, 3 * H, inputs_, x(t), x.row, r);
    multiply(wh_, 2 * H, H, state_.data(), kLanes, r);
    multiply(wh_ + 2 * H * H, H, H, state_.data(), kLanes, hidden);
    for (int i = 0; i < H; ++i)
      for (int half = 0; half < kLanes; half += kWidth) {
        const int at = i * kLanes + half;
        const V rr = sigmoid(load(r + at)), zz = sigmoid(load(z + at)), hh = load(hidden + at);
        const V nn = tanhv(load(n + at) + rr * hh);
        const V now = nn + zz * (load(&state_[at]) - nn);
        store(&state_[at], now);
        store(h(t, i) + half, now);
        store(kept(t, i) + half, rr);
        store(kept(t, H + i) + half, zz);
        store(kept(t, 2 * H + i) + half, nn);
        store(kept(t, 3 * H + i) + half, hh);
      }
  }
}

void GruLayer::backward(int steps, Sequence<const float> x, Sequence<const float> h, Sequence<const float> kept,
                        Sequence<const float> dh, Sequence<float> dx) {
  const int H = units_;
  // Of each step: the gradients before the gates by input (r, z, n) and by state (r, z, n), the input, the last state.
  const long size = (6L * H + inputs_ + H) * kLanes;
  if (chunk_.empty()) {
    transposedInput_ = transposed(wi_, 3 * H, inputs_);
    transposedState_ = transposed(wh_, 3 * H, H);
    chunk_.resize(kChunk * size);
    back_.resize(inputs_ * kLanes);
  }
  state_.assign(H * kLanes, 0.0f);  // the gradient that is carried
  for (int s = steps - 1, filled = 0; s >= 0; --s) {
    const int t = reverse_ ? steps - 1 - s : s, before = reverse_ ? t + 1 : t - 1;
    float* byInput = &chunk_[filled * size];
    float *byState = byInput + 3 * H * kLanes, *seen = byState + 3 * H * kLanes, *last = seen + inputs_ * kLanes;
    for (int i = 0; i < inputs_; ++i) std::memcpy(seen + i * kLanes, x(t, i), kLanes * sizeof(float));
    for (int i = 0; i < H; ++i)
      for (int half = 0; half < kLanes; half += kWidth) {
        const int at = i * kLanes + half;
        const V r = load(kept(t, i) + half), z = load(kept(t, H + i) + half), n = load(kept(t, 2 * H + i) + half);
        const V hidden = load(kept(t, 3 * H + i) + half), past = s > 0 ? load(h(before, i) + half) : V{};
        const V d = load(&state_[at]) + load(dh(t, i) + half);
        const V dn = d * (1.0f - z) * (1.0f - n * n), dz = d * (past - n) * z * (1.0f - z);
        const V dr = dn * hidden * r * (1.0f - r);
        store(last + at, past);
        store(&state_[at], d * z);
        store(byInput + at, dr), store(byState + at, dr);
        store(byInput + H * kLanes + at, dz), store(byState + H * kLanes + at, dz);
        store(byInput + 2 * H * kLanes + at, dn), store(byState + 2 * H * kLanes + at, dn * r);
        biases_[i] += dr, biases_[H + i] += dz, biases_[2 * H + i] += dn, biases_[3 * H + i] += dn * r;
      }
    multiply(transposedState_.data(), H, 3 * H, byState, kLanes, state_.data());
    std::fill(back_.begin(), back_.end(), 0.0f);
    multiply(transposedInput_.data(), inputs_, 3 * H, byInput, kLanes, back_.data());
    for (int i = 0; i < inputs_; ++i)
      for (int half = 0; half < kLanes; half += kWidth)
        store(dx(t, i) + half, load(dx(t, i) + half) + load(&back_[i * kLanes + half]));
    if (++filled == kChunk || s == 0) {
      const float* first = chunk_.data();
      sumsInput_.add(first, size, first + 6 * H * kLanes, size, filled);
      sumsState_.add(first + 3 * H * kLanes, size, first + (6 * H + inputs_) * kLanes, size, filled);
      filled = 0;
    }
  }
}

void GruLayer::give(float* dwi, float* dwh, float* dbi, float* dbh) const {
  sumsInput_.give(dwi);
  sumsState_.give(dwh);
  for (int i = 0; i < 3 * units_; ++i) {
    dbi[i] += total(biases_[i]);
    dbh[i] += total(biases_[i < 2 * units_ ? i : i + units_]);
  }
}

}  // namespace rinse

extern "C" {

using rinse::GruLayer, rinse::lanes::kLanes;

int gru_lanes() { return kLanes; }

/// x[T][I][N] -> h[T][H][N], kept[T][4 H][N], for N sequences, a multiple of gru_lanes().
void gru_forward(const float* x, const float* wi, const float* wh, const float* bi, const float* bh, int T, int I_,
                 int H, long N, bool reverse, float* h, float* kept) {
  GruLayer layer(wi, wh, bi, bh, I_, H, reverse);
  for (long n = 0; n < N; n += kLanes)
    layer.forward(T, {x + n, I_ * N, N}, {h + n, H * N, N}, {kept + n, 4 * H * N, N});
}

/// From dh[T][H][N] to dx[T][I][N], zeros before; adds to dwi, dwh, dbi and dbh.
void gru_backward(const float* x, const float* wi, const float* wh, int T, int I_, int H, long N, bool reverse,
                  const float* h, const float* kept, const float* dh, float* dx, float* dwi, float* dwh, float* dbi,
                  float* dbh) {
  GruLayer layer(wi, wh, nullptr, nullptr, I_, H, reverse);
  for (long n = 0; n < N; n += kLanes)
    layer.backward(T, {x + n, I_ * N, N}, {h + n, H * N, N}, {kept + n, 4 * H * N, N}, {dh + n, H * N, N},
                   {dx + n, I_ * N, N});
  layer.give(dwi, dwh, dbi, dbh);
}
}
