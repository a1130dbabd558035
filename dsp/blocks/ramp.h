// A value that glides to its target in a straight line, so that a change of gain makes no click. Not for frequencies.
#pragma once

namespace rinse {

class Ramp {
 public:
  /// Starts at `value`; a full swing of 1 takes `steps` calls of next().
  void prepare(float value, int steps) {
    value_ = target_ = value;
    step_ = 1.0f / static_cast<float>(steps < 1 ? 1 : steps);
  }
  void target(float value) { target_ = value; }
  void jump() { value_ = target_; }
  bool settledAt(float value) const { return value_ == value && target_ == value; }

  float next() noexcept {
    if (value_ < target_) {
      value_ = value_ + step_ < target_ ? value_ + step_ : target_;
    } else if (value_ > target_) {
      value_ = value_ - step_ > target_ ? value_ - step_ : target_;
    }
    return value_;
  }

 private:
  float value_ = 0.0f, target_ = 0.0f, step_ = 1.0f;
};

}  // namespace rinse
