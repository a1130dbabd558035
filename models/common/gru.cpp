// A gated recurrent layer for training on a CPU: torch.nn.GRU's equations forward and backward in one pass over time,
// with sequences side by side in the lanes of vectors. PyTorch takes three times as long: for each step it allocates,
// multiplies, splits and concatenates anew.
//
//   r = σ(Wir x + bir + Whr h + bhr),  z = σ(Wiz x + biz + Whz h + bhz),
//   n = tanh(Win x + bin + r ⊙ (Whn h + bhn)),  h' = (1 - z) ⊙ n + z ⊙ h.
//
// Arrays are [time][units][lanes]; the number of lanes is a multiple of kLanes.
#include <algorithm>
#include <vector>

#include "lanes.h"

namespace {

using namespace rinse::lanes;

constexpr int kLanes = 2 * kWidth;
constexpr int kChunk = 8;  // steps after which the weights' gradients are summed up: what they need stays in the cache

/// y[rows][lanes] += w[rows][columns] · x[columns][lanes]; x with a stride between its rows, y packed.
template <int kRows>
INLINE void multiplyRows(const float* w, int columns, const float* x, long stride, float* y) {
  V sum[kRows][2];
  for (int r = 0; r < kRows; ++r) sum[r][0] = load(y + r * kLanes), sum[r][1] = load(y + r * kLanes + kWidth);
  for (int c = 0; c < columns; ++c) {
    const V a = load(x + c * stride), b = load(x + c * stride + kWidth);
    for (int r = 0; r < kRows; ++r) sum[r][0] += w[r * columns + c] * a, sum[r][1] += w[r * columns + c] * b;
  }
  for (int r = 0; r < kRows; ++r) store(y + r * kLanes, sum[r][0]), store(y + r * kLanes + kWidth, sum[r][1]);
}

void multiply(const float* w, int rows, int columns, const float* x, long stride, float* y) {
  constexpr int kRows = 6;
  int r = 0;
  for (; r + kRows <= rows; r += kRows) multiplyRows<kRows>(w + r * columns, columns, x, stride, y + r * kLanes);
  for (; r < rows; ++r) multiplyRows<1>(w + r * columns, columns, x, stride, y + r * kLanes);
}

/// w[rows][columns] += Σ over steps of g[step][rows][lanes] x[step][columns][lanes], both packed; the lanes are summed
/// up in the end.
void outer(const float* g, int rows, long gStep, const float* x, int columns, long xStep, int steps, V* w) {
  constexpr int kTile = 4;  // rows and columns are multiples of it
  for (int r = 0; r < rows; r += kTile)
    for (int c = 0; c < columns; c += kTile) {
      V sum[kTile][kTile] = {};
      for (int t = 0; t < steps; ++t)
        for (int half = 0; half < kLanes; half += kWidth) {
          const float* a = g + t * gStep + r * kLanes + half;
          const float* b = x + t * xStep + c * kLanes + half;
          V bs[kTile];
          for (int j = 0; j < kTile; ++j) bs[j] = load(b + j * kLanes);
          for (int i = 0; i < kTile; ++i) {
            const V as = load(a + i * kLanes);
            for (int j = 0; j < kTile; ++j) sum[i][j] += as * bs[j];
          }
        }
      for (int i = 0; i < kTile; ++i)
        for (int j = 0; j < kTile; ++j) w[(r + i) * columns + c + j] += sum[i][j];
    }
}

float total(V v) {
  float sum = 0.0f;
  for (int k = 0; k < kWidth; ++k) sum += v[k];
  return sum;
}

std::vector<float> transposed(const float* w, int rows, int columns) {
  std::vector<float> t(static_cast<size_t>(rows) * columns);
  for (int r = 0; r < rows; ++r)
    for (int c = 0; c < columns; ++c) t[c * rows + r] = w[r * columns + c];
  return t;
}

}  // namespace

extern "C" {

int gru_lanes() { return kLanes; }

/// x[T][I][N] -> h[T][H][N]; kept[T][4 H][N] is r, z, n and Whn h + bhn, for the way back. Weights as torch.nn.GRU has
/// them: wi[3 H][I], wh[3 H][H], bi and bh[3 H]. With reverse, time runs from the end. I and H: multiples of four.
void gru_forward(const float* x, const float* wi, const float* wh, const float* bi, const float* bh, int T, int I_,
                 int H, long N, bool reverse, float* h, float* kept) {
  std::vector<float> gates(4 * H * kLanes), state(H * kLanes);
  float *r = gates.data(), *z = r + H * kLanes, *n = z + H * kLanes, *hidden = n + H * kLanes;
  for (long lane = 0; lane < N; lane += kLanes) {
    std::fill(state.begin(), state.end(), 0.0f);
    for (int s = 0; s < T; ++s) {
      const long t = reverse ? T - 1 - s : s;
      for (int i = 0; i < 2 * H; ++i) std::fill_n(r + i * kLanes, kLanes, bi[i] + bh[i]);
      for (int i = 0; i < H; ++i) {
        std::fill_n(n + i * kLanes, kLanes, bi[2 * H + i]);
        std::fill_n(hidden + i * kLanes, kLanes, bh[2 * H + i]);
      }
      multiply(wi, 3 * H, I_, x + t * I_ * N + lane, N, r);
      multiply(wh, 2 * H, H, state.data(), kLanes, r);
      multiply(wh + 2 * H * H, H, H, state.data(), kLanes, hidden);
      float *to = h + t * H * N + lane, *keep = kept + t * 4 * H * N + lane;
      for (int i = 0; i < H; ++i)
        for (int half = 0; half < kLanes; half += kWidth) {
          const int at = i * kLanes + half;
          const V rr = sigmoid(load(r + at)), zz = sigmoid(load(z + at)), hh = load(hidden + at);
          const V nn = tanhv(load(n + at) + rr * hh);
          const V now = nn + zz * (load(&state[at]) - nn);
          store(&state[at], now);
          store(to + i * N + half, now);
          store(keep + i * N + half, rr);
          store(keep + (H + i) * N + half, zz);
          store(keep + (2 * H + i) * N + half, nn);
          store(keep + (3 * H + i) * N + half, hh);
        }
    }
  }
}

/// From dh[T][H][N] to dx[T][I][N]; adds to dwi, dwh, dbi and dbh.
void gru_backward(const float* x, const float* wi, const float* wh, int T, int I_, int H, long N, bool reverse,
                  const float* h, const float* kept, const float* dh, float* dx, float* dwi, float* dwh, float* dbi,
                  float* dbh) {
  const std::vector<float> wit = transposed(wi, 3 * H, I_), wht = transposed(wh, 3 * H, H);
  // Of each step: the gradients before the gates by input (r, z, n) and by state (r, z, n), the input, the last state.
  const long size = (6L * H + I_ + H) * kLanes;
  std::vector<float> chunk(kChunk * size), carried(H * kLanes), back(I_ * kLanes);
  std::vector<V> biases(4 * H), sumsI(3 * H * I_), sumsH(3 * H * H);
  for (long lane = 0; lane < N; lane += kLanes) {
    std::fill(carried.begin(), carried.end(), 0.0f);
    for (int s = T - 1, filled = 0; s >= 0; --s) {
      const long t = reverse ? T - 1 - s : s, before = reverse ? t + 1 : t - 1;
      float* byInput = &chunk[filled * size];
      float *byState = byInput + 3 * H * kLanes, *seen = byState + 3 * H * kLanes, *last = seen + I_ * kLanes;
      const float *keep = kept + t * 4 * H * N + lane, *given = dh + t * H * N + lane;
      for (int i = 0; i < I_; ++i) std::memcpy(seen + i * kLanes, x + (t * I_ + i) * N + lane, kLanes * sizeof(float));
      for (int i = 0; i < H; ++i)
        for (int half = 0; half < kLanes; half += kWidth) {
          const int at = i * kLanes + half;
          const V r = load(keep + i * N + half), z = load(keep + (H + i) * N + half),
                  n = load(keep + (2 * H + i) * N + half);
          const V hidden = load(keep + (3 * H + i) * N + half);
          const V past = s > 0 ? load(h + (before * H + i) * N + lane + half) : V{};
          const V d = load(&carried[at]) + load(given + i * N + half);
          const V dn = d * (1.0f - z) * (1.0f - n * n), dz = d * (past - n) * z * (1.0f - z);
          const V dr = dn * hidden * r * (1.0f - r);
          store(last + at, past);
          store(&carried[at], d * z);
          store(byInput + at, dr), store(byState + at, dr);
          store(byInput + H * kLanes + at, dz), store(byState + H * kLanes + at, dz);
          store(byInput + 2 * H * kLanes + at, dn), store(byState + 2 * H * kLanes + at, dn * r);
          biases[i] += dr, biases[H + i] += dz, biases[2 * H + i] += dn, biases[3 * H + i] += dn * r;
        }
      multiply(wht.data(), H, 3 * H, byState, kLanes, carried.data());
      std::fill(back.begin(), back.end(), 0.0f);
      multiply(wit.data(), I_, 3 * H, byInput, kLanes, back.data());
      for (int i = 0; i < I_; ++i) std::memcpy(dx + (t * I_ + i) * N + lane, &back[i * kLanes], kLanes * sizeof(float));
      if (++filled == kChunk || s == 0) {
        const float* first = chunk.data();
        outer(first, 3 * H, size, first + 6 * H * kLanes, I_, size, filled, sumsI.data());
        outer(first + 3 * H * kLanes, 3 * H, size, first + (6 * H + I_) * kLanes, H, size, filled, sumsH.data());
        filled = 0;
      }
    }
  }
  for (size_t i = 0; i < sumsI.size(); ++i) dwi[i] += total(sumsI[i]);
  for (size_t i = 0; i < sumsH.size(); ++i) dwh[i] += total(sumsH[i]);
  for (int i = 0; i < 3 * H; ++i) {
    dbi[i] += total(biases[i]);
    dbh[i] += total(biases[i < 2 * H ? i : i + H]);
  }
}
}
