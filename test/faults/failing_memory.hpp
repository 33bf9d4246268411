// test/faults/failing_memory.hpp: memory that runs out at a chosen allocation: of operator new, or of a
// message pool.
//
// The program that links failing_memory.cpp has its operator new, mi_malloc_aligned and what frees both
// replaced.
//
// Threads   one: the test's. Allocations of other threads count, and fail, by arm_everywhere and arm_elsewhere only.
#pragma once

#include <cstdint>

namespace prosa::test {

// What was allocated by this thread, from either source, and not freed.
struct LiveMemory {
    std::int64_t blocks;
    std::int64_t bytes;
    bool operator==(const LiveMemory&) const = default;
};

class FailingMemory {
  public:
    // From now on the allocation number `which` (from 0) fails, and with `lasts` each one after it.
    static void arm(std::uint64_t which, bool lasts) noexcept;
    // That of all threads together,
    static void arm_everywhere(std::uint64_t which, bool lasts) noexcept;
    // or of all but the one that arms.
    static void arm_elsewhere(std::uint64_t which, bool lasts) noexcept;
    static void disarm() noexcept;

    static std::uint64_t allocations() noexcept;  // since arm
    static bool has_failed() noexcept;            // since arm, or arm_everywhere
    static LiveMemory live() noexcept;
};

}  // namespace prosa::test
