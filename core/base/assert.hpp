// core/base/assert.hpp: PROSA_ASSERT finds our own bugs and is on in every build.
//
// Data from peers, files or users is never asserted; it gets an absl::Status.
#pragma once

#include "core/base/export.hpp"

namespace prosa {

// Prints `file:line: expression` and the message to stderr, then aborts. Any thread.
[[noreturn]] PROSA_API void assertion_failed(const char* file, int line, const char* expression,
                                             const char* message) noexcept;

}  // namespace prosa

#define PROSA_ASSERT(expression, message)                                        \
    do {                                                                         \
        if (!(expression)) [[unlikely]]                                          \
            ::prosa::assertion_failed(__FILE__, __LINE__, #expression, message); \
    } while (false)
