// test/faults/failing_memory.hpp: memory that runs out at a chosen allocation: of operator new, or of a message pool.
//
// The program that links failing_memory.cpp has its operator new and its mi_malloc_aligned replaced.
//
// Threads   one: the test's. Allocations of other threads are neither counted nor failed.
#pragma once

#include <cstdint>

namespace prosa::test {

class FailingMemory {
  public:
    // From now on the allocation number `which` (from 0) fails, and with `lasts` each one after it.
    static void arm(std::uint64_t which, bool lasts) noexcept;
    static void disarm() noexcept;

    static std::uint64_t allocations() noexcept;  // since arm
    static bool has_failed() noexcept;            // since arm
    static std::int64_t live_count() noexcept;    // allocations of this thread that nobody freed
};

// What the test itself allocates is neither counted nor failed.
class SafeMemory {
  public:
    SafeMemory() noexcept;
    ~SafeMemory();
    SafeMemory(const SafeMemory&) = delete;
    SafeMemory& operator=(const SafeMemory&) = delete;
};

}  // namespace prosa::test
