// The TypeScript types of effects and parameters, generated from the Param tables for the npm package.
#pragma once

#include <string>

namespace rinse::cli {

std::string typeScript();

}  // namespace rinse::cli
