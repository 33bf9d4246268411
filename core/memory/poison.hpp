// core/memory/poison.hpp: sanitizer builds make the bytes of released slots and blocks unreadable.
//
// A handler that keeps a pointer into a borrowed message is found at its first use. Other builds: nothing.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define PROSA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PROSA_POISONS 1
#endif
#endif

#ifdef PROSA_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace prosa {

inline void poison([[maybe_unused]] void* start, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef PROSA_POISONS
    __asan_poison_memory_region(start, bytes);
#endif
}

inline void unpoison([[maybe_unused]] void* start, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef PROSA_POISONS
    __asan_unpoison_memory_region(start, bytes);
#endif
}

}  // namespace prosa
