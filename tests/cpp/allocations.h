// Counts what goes through operator new, so that a test can say that nothing was allocated.
#pragma once

namespace rinse::test {

long allocations();

}  // namespace rinse::test
