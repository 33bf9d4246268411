#include "core/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace prosa {

void assertion_failed(const char* file, int line, const char* expression, const char* message) noexcept {
    std::fprintf(stderr, "%s:%d: assertion failed: %s: %s\n", file, line, expression, message);
    std::abort();
}

}  // namespace prosa
