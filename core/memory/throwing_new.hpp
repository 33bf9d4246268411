// core/memory/throwing_new.hpp: operator new throws std::bad_alloc, with mimalloc's, too.
//
// Debian's mimalloc replaces operator new, and its own ends the process when memory is short and no handler is there.
#pragma once

#include "core/base/export.hpp"

namespace prosa {

// Installs a handler that throws, unless the program has one. Any thread, any number of times.
PROSA_API void make_new_throw() noexcept;

}  // namespace prosa
