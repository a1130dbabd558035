// `rinse bench`: how fast each effect and preset runs natively. The comparison with wasm and with peers is `npm run
// bench`.
#pragma once

#include <nlohmann/json.hpp>

namespace rinse::cli {

/// [{name, host, xRealTime, worstBlockUs}] at 48 kHz mono in blocks of 128 frames, over `seconds` of voice-like noise.
nlohmann::ordered_json bench(double seconds);

}  // namespace rinse::cli
