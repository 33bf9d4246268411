// core/memory/poison.hpp: sanitizer builds make the bytes of released slots and blocks unreadable.
//
// A handler that keeps a pointer into a borrowed message is found at its first use. Other builds: nothing.
#pragma once

#include <cstddef>

#include "core/base/sanitizer.hpp"

#ifdef PROSA_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace prosa {

inline void poison([[maybe_unused]] void* start, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef PROSA_ADDRESS_SANITIZER
    __asan_poison_memory_region(start, bytes);
#endif
}

inline void unpoison([[maybe_unused]] void* start, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef PROSA_ADDRESS_SANITIZER
    __asan_unpoison_memory_region(start, bytes);
#endif
}

}  // namespace prosa
