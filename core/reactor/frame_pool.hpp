// core/reactor/frame_pool.hpp: memory of coroutine frames, so that a steady state allocates nothing.
//
// Threads   each has its own pool. A frame may be released by another thread than it came from; its memory then
//           stays with the releasing one.
// Progress  O(1); the heap is asked when a size class is empty, and for frames beyond 2 048 bytes.
// Memory    what was once in use at the same time stays with the thread until it ends. Sanitizer builds poison
//           released frames.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/export.hpp"

namespace prosa {

PROSA_API void* allocate_frame(std::size_t bytes);
PROSA_API void release_frame(void* frame, std::size_t bytes) noexcept;

// How often the calling thread's pool has asked the heap; for tests and counters.
PROSA_API std::uint64_t frame_heap_allocations() noexcept;

}  // namespace prosa
