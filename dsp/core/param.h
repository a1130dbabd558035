// The only declaration of a parameter. Everything that knows of parameters (command line, Embind, TypeScript types, the
// page's controls, the recipe's schema, the contract test) is made from these tables. Not for state.
#pragma once

#include <span>

namespace rinse {

struct Param {
  const char* id;     // in recipes and on the command line
  const char* label;  // on the page
  const char* unit;   // "dB", "ms", "" ...
  float min, max, defaultValue;
  const char* help;                           // one line
  std::span<const char* const> choices = {};  // names of the values 0, 1, …, where the parameter is a choice
  /// The value at which the parameter has no effect on the sound, for the one parameter of an effect that says how
  /// much: the general "Strength" control moves it between here (0 %) and `strongest` (100 %).
  bool isStrength = false;
  float neutral = 0.0f, strongest = 0.0f;
};

}  // namespace rinse
