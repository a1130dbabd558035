// What can fail at the edges gives a Result: the value, or an Error in words that a user can act on. Not for inside
// `process`, where nothing may fail.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace rinse {

struct Error {
  std::string message;  // what was wrong, where, and what is accepted
};

template <class T>
class Result {
 public:
  Result(T value) : held_(std::move(value)) {}
  Result(Error error) : held_(std::move(error)) {}

  explicit operator bool() const { return held_.index() == 0; }
  T& operator*() { return std::get<0>(held_); }
  T* operator->() { return &std::get<0>(held_); }
  const std::string& error() const { return std::get<1>(held_).message; }

 private:
  std::variant<T, Error> held_;
};

}  // namespace rinse
