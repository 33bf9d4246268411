// core/reactor/reactor.hpp: one thread that polls its host, its control inbox and I/O, and sleeps when idle.
//
// Threads   owner (the thread in run, or whoever steps it): run, run_once, step.  any: post, stop, state, cycles.
// Progress  run_once and step never block; run parks by the idle strategy, until a wake-up, I/O or a deadline.
// Ordering  [stop] stop_ release in stop -> acquire in run. state_ and cycles_ are relaxed: the watchdog compares
//           readings over milliseconds.
// Cost      an idle turn: one clock read, one load for the inbox, and what the host polls. No system call.
// Proof     test/core/reactor/reactor_test.cpp
#pragma once

#include <absl/status/status.h>

#include <atomic>
#include <memory>
#include <span>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/ids.hpp"
#include "core/reactor/control_inbox.hpp"
#include "core/reactor/idle_strategy.hpp"
#include "core/reactor/timer_wheel.hpp"
#include "core/reactor/waker.hpp"
#include "core/stats/counter_block.hpp"

namespace prosa {

// What a reactor drives; all calls come from the reactor's thread.
class ReactorHost {
  public:
    virtual ~ReactorHost() = default;

    // The turn's time, before control tasks run; poll follows.
    virtual void set_now(Nanos now_ns) = 0;

    // One turn. True when there was work.
    virtual bool poll(Nanos now_ns) = 0;

    // Nothing is to do before this, unless a peer or the inbox says so; no_deadline_ns when nothing is planned.
    virtual Nanos next_deadline_ns() const = 0;

    // Around a sleep: announce to all peers; false when work came meanwhile. awaken follows in both cases.
    virtual bool announce_sleep() = 0;
    virtual void awaken() = 0;

    // Once, on the reactor's thread, before the first and after the last turn.
    virtual void on_thread_start() {}
    virtual void on_thread_end() {}
};

// What is told that a descriptor is ready; on the reactor's thread.
class IoHandler {
  public:
    virtual ~IoHandler() = default;
    virtual void on_io(std::uint32_t epoll_events) = 0;
};

enum class ReactorState : std::uint8_t { created, running, parked, ended };

enum class ReactorCounter : std::uint8_t { turns, busy_turns, parks, wake_ups, count_ };

// True on a thread that is in Reactor::run.
PROSA_API bool is_reactor_thread() noexcept;

class Reactor {
  public:
    static constexpr std::size_t inbox_capacity_tasks = 1024;

    // Posting threads: the embedding program's, Main and every other reactor.
    PROSA_API Reactor(ReactorId id, ReactorHost& host, IdleOptions idle, BusyThreads& busy_threads,
                      std::shared_ptr<Waker> waker, std::size_t posting_threads_max = 64);

    // Turns until stop. Pinning is the caller's.
    PROSA_API void run();

    // One turn at `now_ns`. True when there was work.
    PROSA_API bool run_once(Nanos now_ns);

    // run for whoever brings the time, a turn with each call: from created to running, and to ended with the turn that
    // finds stop. Never parks.
    PROSA_API void step(Nanos now_ns);

    [[nodiscard]] bool post(ControlTask& task) { return inbox_.post(task); }

    PROSA_API void stop() noexcept;

    // Owner, on a reactor whose waker hosts I/O (Waker::enable_io before the reactor runs): calls the handler when
    // the descriptor is ready, level-triggered unless epoll_events says else. Looked at every io_interval_ns while
    // busy or spinning; a ready descriptor ends a park at once. The handler outlives the watch.
    PROSA_API absl::Status watch(int descriptor, std::uint32_t epoll_events, IoHandler& handler);
    PROSA_API void unwatch(int descriptor) noexcept;
    static constexpr Nanos io_interval_ns = 10 * ns_per_us;

    ReactorId id() const noexcept { return id_; }
    ReactorState state() const noexcept { return state_.load(std::memory_order_relaxed); }
    // Stands still while a handler runs, or while parked.
    std::uint64_t cycles() const noexcept { return counters_[ReactorCounter::turns].value(); }
    const CounterBlock<ReactorCounter>& counters() const noexcept { return counters_; }
    const std::shared_ptr<Waker>& waker() const noexcept { return waker_; }

  private:
    void begin();
    void end();
    void park(Nanos now_ns, Nanos until_ns);
    bool poll_io(Nanos now_ns);
    bool run_tasks();
    static void dispatch(std::span<const epoll_event> ready);

    const ReactorId id_;
    ReactorHost& host_;
    const std::shared_ptr<Waker> waker_;
    Clock clock_;
    const IdleOptions idle_options_;
    BusyThreads& busy_threads_;
    CounterBlock<ReactorCounter> counters_;
    Nanos next_io_ns_ = 0;
    std::atomic<ReactorState> state_{ReactorState::created};

    ControlInbox<> inbox_;
    alignas(no_sharing_bytes) std::atomic<bool> stop_{false};
};

}  // namespace prosa
