// A recurrent path of the voice network for training on a CPU: x + norm(linear(gru(x))) along one axis of
// x[…][channels], forward and backward, a few sequences at a time, so that what lies between the layers stays in the
// cache. In PyTorch half of the time went into moving it about.
#include <algorithm>
#include <cmath>

#include "gru.h"

namespace {

using namespace rinse::lanes;
using rinse::GruLayer, rinse::Sequence;

constexpr float kEpsilon = 1e-5f;  // torch.nn.LayerNorm's

/// Which floats of x the sequences go through: sequence n has step s at first[n] + s * stride. Steps before begin[n]
/// lie beyond x's end: they are zeros, and nothing is answered there, nor before `skip`.
struct Ways {
  const long *first, *begin;
  long count, stride;
  int steps, skip, channels;  // of the latter a multiple of kWidth
};

/// As torch has them. One recurrent layer, or two with half of the channels each, there and back.
struct Layers {
  const float *wi[2], *wh[2], *bi[2], *bh[2], *linear, *bias, *scale, *shift;
};
struct Gradients {
  float *wi[2], *wh[2], *bi[2], *bh[2], *linear, *bias, *scale, *shift;
};

/// kLanes of the sequences, and the layers over them.
class Path {
 public:
  Path(const Ways& ways, const Layers& layers, int directions)
      : w_(ways),
        l_(layers),
        size_(static_cast<long>(w_.channels) * kLanes),
        seen_(w_.steps * size_),
        linear_(size_),
        linearBack_(transposed(l_.linear, w_.channels, w_.channels)),
        sums_(w_.channels, w_.channels) {
    for (int d = 0; d < directions; ++d)
      grus_.emplace_back(l_.wi[d], l_.wh[d], l_.bi[d], l_.bh[d], w_.channels, w_.channels / directions, d == 1);
  }

  /// Adds what the sequences from n on answer to y; states[steps][channels] and kept[steps][4 channels] of them.
  void forward(long n, const float* x, float* y, float* states, float* kept) {
    fetch(n, x, seen_.data(), 0);
    for (size_t d = 0; d < grus_.size(); ++d)
      grus_[d].forward(w_.steps, all(seen_.data()), part(states, d), gates(kept, d));
    for (int s = w_.skip; s < w_.steps; ++s) {
      const auto [mean, deviation] = normalize(states + s * size_);
      for (int c = 0; c < w_.channels; ++c)
        for (int half = 0; half < 2; ++half) {
          float* v = &linear_[c * kLanes + half * kWidth];
          store(v, (load(v) - mean[half]) * deviation[half] * l_.scale[c] + l_.shift[c]);
        }
      addTo(n, s, linear_.data(), y);
    }
  }

  /// Adds to dx what comes of dy, and sums the weights' gradients up.
  void backward(long n, const float* x, const float* states, const float* kept, const float* dy, float* dx) {
    const int C = w_.channels;
    if (given_.empty()) {
      given_.resize(w_.steps * size_), fromState_.resize(w_.steps * size_), toInput_.resize(w_.steps * size_);
      bias_.resize(C), scale_.resize(C), shift_.resize(C);
    }
    fetch(n, x, seen_.data(), 0);
    fetch(n, dy, given_.data(), w_.skip);
    std::fill(fromState_.begin(), fromState_.end(), 0.0f);
    std::fill(toInput_.begin(), toInput_.end(), 0.0f);
    for (int s = w_.skip; s < w_.steps; ++s) {
      const float* h = states + s * size_;
      const auto [mean, deviation] = normalize(h);
      float* g = &given_[s * size_];  // becomes the gradient behind the linear layer
      for (int half = 0; half < 2; ++half) {
        const int at = half * kWidth;
        V sum{}, product{};
        for (int c = 0; c < C; ++c) {
          float* v = &linear_[c * kLanes + at];
          const V u = (load(v) - mean[half]) * deviation[half], d = load(g + c * kLanes + at);
          store(v, u);
          scale_[c] += d * u, shift_[c] += d;
          const V du = d * l_.scale[c];
          store(g + c * kLanes + at, du);
          sum += du, product += du * u;
        }
        sum /= static_cast<float>(C), product /= static_cast<float>(C);
        for (int c = 0; c < C; ++c) {
          const V d = deviation[half] * (load(g + c * kLanes + at) - sum - load(&linear_[c * kLanes + at]) * product);
          store(g + c * kLanes + at, d);
          bias_[c] += d;
        }
      }
      multiply(linearBack_.data(), C, C, g, kLanes, &fromState_[s * size_]);
    }
    sums_.add(&given_[w_.skip * size_], size_, states + w_.skip * size_, size_, w_.steps - w_.skip);
    for (size_t d = 0; d < grus_.size(); ++d)
      grus_[d].backward(w_.steps, all(seen_.data()), part(states, d), gates(kept, d),
                        part<const float>(fromState_.data(), d), {toInput_.data(), size_, kLanes});
    for (int s = 0; s < w_.steps; ++s) addTo(n, s, &toInput_[s * size_], dx);
  }

  void give(const Gradients& to) const {
    for (size_t d = 0; d < grus_.size(); ++d) grus_[d].give(to.wi[d], to.wh[d], to.bi[d], to.bh[d]);
    sums_.give(to.linear);
    for (int c = 0; c < w_.channels; ++c) {
      to.bias[c] += total(bias_[c]);
      to.scale[c] += total(scale_[c]);
      to.shift[c] += total(shift_[c]);
    }
  }

 private:
  Sequence<const float> all(const float* p) const { return {p, size_, kLanes}; }
  /// Of [steps][channels], what belongs to a direction.
  template <class T>
  Sequence<T> part(T* p, size_t d) const {
    return {p + d * grus_[0].units() * kLanes, size_, kLanes};
  }
  template <class T>
  Sequence<T> gates(T* p, size_t d) const {
    return {p + 4 * d * grus_[0].units() * kLanes, 4 * size_, kLanes};
  }

  /// to[steps][channels][lanes] from step `from` on.
  void fetch(long n, const float* x, float* to, int from) const {
    for (int s = from; s < w_.steps; ++s)
      for (int half = 0; half < kLanes; half += kWidth)
        for (int c = 0; c < w_.channels; c += kWidth) {
          V square[kWidth];
          for (int k = 0; k < kWidth; ++k) {
            const long lane = n + half + k;
            square[k] = s >= w_.begin[lane] ? load(x + w_.first[lane] + s * w_.stride + c) : V{};
          }
          transpose(square);
          for (int k = 0; k < kWidth; ++k) store(to + s * size_ + (c + k) * kLanes + half, square[k]);
        }
  }
  /// Adds [channels][lanes] of a step.
  void addTo(long n, int s, const float* what, float* y) const {
    for (int half = 0; half < kLanes; half += kWidth)
      for (int c = 0; c < w_.channels; c += kWidth) {
        V square[kWidth];
        for (int k = 0; k < kWidth; ++k) square[k] = load(what + (c + k) * kLanes + half);
        transpose(square);
        for (int k = 0; k < kWidth; ++k) {
          const long lane = n + half + k;
          float* at = y + w_.first[lane] + s * w_.stride + c;
          if (s >= w_.begin[lane]) store(at, load(at) + square[k]);
        }
      }
  }

  struct Moments {
    V mean[2], deviation[2];  // the latter's reciprocal
  };
  /// linear_ of the states, and its mean and deviation over the channels.
  Moments normalize(const float* h) {
    const int C = w_.channels;
    for (int c = 0; c < C; ++c) std::fill_n(&linear_[c * kLanes], kLanes, l_.bias[c]);
    multiply(l_.linear, C, C, h, kLanes, linear_.data());
    Moments m;
    for (int half = 0; half < 2; ++half) {
      V sum{}, squares{};
      for (int c = 0; c < C; ++c) sum += load(&linear_[c * kLanes + half * kWidth]);
      sum /= static_cast<float>(C);
      for (int c = 0; c < C; ++c) {
        const V d = load(&linear_[c * kLanes + half * kWidth]) - sum;
        squares += d * d;
      }
      m.mean[half] = sum;
      m.deviation[half] = 1.0f / sqrtv(squares / static_cast<float>(C) + kEpsilon);
    }
    return m;
  }

  Ways w_;
  Layers l_;
  long size_;  // of a step, floats
  std::vector<float> seen_, linear_, linearBack_, given_, fromState_, toInput_;
  std::vector<GruLayer> grus_;
  OuterProducts sums_;
  std::vector<V> bias_, scale_, shift_;
};

}  // namespace

extern "C" {

/// Adds the answers to y. states[count][steps][channels] and kept[count][steps][4 channels], in whatever order.
void path_forward(const Ways* ways, const Layers* layers, int directions, const float* x, float* y, float* states,
                  float* kept) {
  Path path(*ways, *layers, directions);
  const long size = static_cast<long>(ways->steps) * ways->channels;
  for (long n = 0; n < ways->count; n += kLanes) path.forward(n, x, y, states + n * size, kept + 4 * n * size);
}

/// Adds to dx and to the weights' gradients.
void path_backward(const Ways* ways, const Layers* layers, int directions, const float* x, const float* states,
                   const float* kept, const float* dy, float* dx, const Gradients* to) {
  Path path(*ways, *layers, directions);
  const long size = static_cast<long>(ways->steps) * ways->channels;
  for (long n = 0; n < ways->count; n += kLanes) path.backward(n, x, states + n * size, kept + 4 * n * size, dy, dx);
  path.give(*to);
}
}
