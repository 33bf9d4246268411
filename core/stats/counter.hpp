// core/stats/counter.hpp: numbers that one thread writes and any thread reads.
//
// Threads   writer: one thread for the object's life (Counter::add, Gauge::set/add/subtract).  any: the readers.
// Progress  wait-free; a plain load and a plain store, no locked instruction.
// Ordering  relaxed: a reading tells nothing about other memory. A reader sees each number grow in order.
// Cost      an add to a line the writer owns already, about 1 ns; a reader pulls the line away once per reading.
#pragma once

#include <atomic>
#include <cstdint>

namespace prosa {

// Counts events; monotonic. The single writer makes a locked add needless.
class Counter {
  public:
    void add(std::uint64_t count = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }

    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

// A level and the highest level it ever had. A reader may see a level before its high water, never lose
// either.
class Gauge {
  public:
    void set(std::int64_t level) noexcept {
        if (level > high_water_.load(std::memory_order_relaxed))
            high_water_.store(level, std::memory_order_relaxed);
        value_.store(level, std::memory_order_relaxed);
    }
    void add(std::int64_t difference = 1) noexcept { set(value() + difference); }
    void subtract(std::int64_t difference = 1) noexcept { set(value() - difference); }

    std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

    // At least 0: a gauge starts at 0.
    std::int64_t high_water() const noexcept { return high_water_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::int64_t> value_{0};
    std::atomic<std::int64_t> high_water_{0};
};

}  // namespace prosa
