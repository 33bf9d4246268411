// core/reactor/idle_strategy.hpp: what a reactor does when a turn found no work. A state machine; the reactor acts.
//
// Threads   IdleStrategy: its reactor.  BusyThreads: any, shared by the reactors of the process.
// Progress  idle is a few comparisons and one load of a line that changes only when threads park or unpark.
//           No system calls, no clock reads: time is what the caller says.
// Modes     spin      never gives the CPU away.
//           yield     sched_yield on every empty turn.
//           backoff   spins 10 us, yields to 100 us, then parks 1 us, doubling to 1 ms.
//           park      parks on the first empty turn.
//           adaptive  spins while every busy thread of the process fits the CPUs and it is not preempted against
//                     its will; else yields, for 20 us at most. Parks after park_after_ns without work.
// Idle turns after a park do not start the spinning again: only work does. So a turn that only kept timers or
// counters in order must not count as work, or a parked reactor burns CPU.
// Proof     test/core/reactor/idle_strategy_test.cpp, on a virtual clock
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/cache_line.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/reactor/timer_wheel.hpp"

namespace prosa {

enum class IdleMode : std::uint8_t { adaptive, spin, yield, backoff, park };

PROSA_API std::string_view name_of(IdleMode mode) noexcept;
PROSA_API std::optional<IdleMode> parse_idle_mode(std::string_view name) noexcept;

// How many threads of the process are not parked, against how many CPUs it really has.
class alignas(no_sharing_bytes) BusyThreads {
  public:
    explicit BusyThreads(std::size_t cpu_count) noexcept : cpu_count_(cpu_count) {}

    BusyThreads(const BusyThreads&) = delete;
    BusyThreads& operator=(const BusyThreads&) = delete;

    void enter() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    void leave() noexcept { count_.fetch_sub(1, std::memory_order_relaxed); }

    // A hint: no memory is published by it.
    bool fits() const noexcept { return count() <= cpu_count_; }
    std::size_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
    std::size_t cpu_count() const noexcept { return cpu_count_; }

  private:
    std::atomic<std::size_t> count_{0};
    std::size_t cpu_count_;
};

struct IdleOptions {
    IdleMode mode = IdleMode::adaptive;
    Nanos park_after_ns = ns_per_ms;  // adaptive only
};

enum class IdleStep : std::uint8_t {
    spin,   // take the next turn at once
    yield,  // sched_yield, then the next turn
    park,   // sleep until a wake-up, a timer, or park_until_ns
};

struct IdleAction {
    IdleStep step = IdleStep::spin;
    bool wants_preemptions = false;  // call note_preemptions with thread_preemptions(), at most every 50 ms
    Nanos park_until_ns = no_deadline_ns;
};

class PROSA_API IdleStrategy {
  public:
    // Counts the caller's thread as busy until it parks or the strategy is destroyed.
    IdleStrategy(IdleOptions options, BusyThreads& busy_threads) noexcept
        : options_(options), busy_threads_(busy_threads) {
        busy_threads_.enter();
    }

    IdleStrategy(const IdleStrategy&) = delete;
    IdleStrategy& operator=(const IdleStrategy&) = delete;

    ~IdleStrategy() {
        if (!is_parked_) busy_threads_.leave();
    }

    // Called at the end of each turn. After `park` the next call says that the thread runs again.
    IdleAction idle(bool did_work, Nanos now_ns) noexcept {
        if (is_parked_) [[unlikely]]
            unpark();
        if (did_work) {
            idle_since_ns_ = no_deadline_ns;
            pause_ns_ = shortest_pause_ns;
            return {};
        }
        if (idle_since_ns_ == no_deadline_ns) idle_since_ns_ = now_ns;
        return idle_step(now_ns);
    }

    // The thread's involuntary context switches so far. 100 a second since the last call mean that another
    // thread wants this CPU: the strategy then backs off for half a second.
    void note_preemptions(std::uint64_t count, Nanos now_ns) noexcept;

    // False: producers need not look at this reactor's wake word.
    bool may_park() const noexcept {
        return options_.mode != IdleMode::spin && options_.mode != IdleMode::yield;
    }

    bool is_backing_off(Nanos now_ns) const noexcept { return now_ns < back_off_until_ns_; }

  private:
    static constexpr Nanos shortest_pause_ns = ns_per_us;

    IdleAction idle_step(Nanos now_ns) noexcept;
    IdleAction adapt(Nanos now_ns, Nanos idle_ns) noexcept;
    IdleAction back_off(Nanos now_ns, Nanos idle_ns) noexcept;
    IdleAction park(Nanos until_ns) noexcept;
    void unpark() noexcept;

    IdleOptions options_;
    BusyThreads& busy_threads_;
    bool is_parked_ = false;
    Nanos idle_since_ns_ = no_deadline_ns;  // the first empty turn after the last work
    Nanos pause_ns_ = shortest_pause_ns;    // backoff: the next park
    Nanos next_sample_ns_ = 0;
    Nanos back_off_until_ns_ = 0;
    Nanos sampled_ns_ = 0;
    std::uint64_t preemptions_ = 0;
    bool has_sample_ = false;
};

// Involuntary context switches of the calling thread so far: one getrusage.
PROSA_API std::uint64_t thread_preemptions() noexcept;

}  // namespace prosa
