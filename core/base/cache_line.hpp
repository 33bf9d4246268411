// core/base/cache_line.hpp: cache line sizes and prefetches.
#pragma once

#include <cstddef>

namespace prosa {

// What one coherence transfer moves on x86-64.
inline constexpr std::size_t cache_line_bytes = 64;

// Distance that keeps two writers apart: the adjacent-line prefetcher moves lines in pairs.
inline constexpr std::size_t no_sharing_bytes = 128;

inline void prefetch_read(const void* address) noexcept { __builtin_prefetch(address, 0, 3); }
inline void prefetch_write(const void* address) noexcept { __builtin_prefetch(address, 1, 3); }

// Tells the core that this is a spin loop; it frees pipeline resources for a sibling thread.
inline void cpu_relax() noexcept { __builtin_ia32_pause(); }

}  // namespace prosa
