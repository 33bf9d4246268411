// core/base/cache_line.hpp: cache line sizes and prefetches.
#pragma once

#include <cstddef>

namespace prosa {

// What one coherence transfer moves on x86-64.
inline constexpr std::size_t cache_line_bytes = 64;

// Distance that keeps two writers apart: the adjacent-line prefetcher moves lines in pairs.
inline constexpr std::size_t no_sharing_bytes = 128;

inline void prefetch_read(const void* address) noexcept { __builtin_prefetch(address, 0, 3); }

// Brings the line for writing. Spelt out, because without -mprfchw the compilers make a prefetch for reading of it;
// x86-64 processors that do not know the instruction do nothing (Intel SDM vol. 2, PREFETCHW).
inline void prefetch_write(const void* address) noexcept {
    asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));
}

// Tells the core that this is a spin loop; it frees pipeline resources for a sibling thread.
inline void cpu_relax() noexcept { __builtin_ia32_pause(); }

}  // namespace prosa
