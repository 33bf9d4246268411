// bench/costs/counting_allocator.hpp: counts the allocations of each thread of this program.
//
// malloc and its kin, every operator new, and what our code asks of mimalloc directly are replaced by
// functions that count and pass on to mimalloc. The linker's --wrap does the last
// (bench/costs/meson.build).
//
// Threads   any. A thread's count is written by that thread, and read by any.
#pragma once

#include <atomic>
#include <cstdint>

namespace prosa::bench {

using AllocationCount = std::atomic<std::uint64_t>;

// The calling thread's; valid while the thread lives.
const AllocationCount& own_allocation_count() noexcept;

}  // namespace prosa::bench
