#include "core/reactor/reactor.hpp"

#include <sched.h>

namespace prosa {
namespace {

// Waking up takes longer than this: what is due so soon is waited for awake.
constexpr Nanos too_short_to_park_ns = 60 * ns_per_us;

thread_local bool runs_reactor = false;

}  // namespace

bool is_reactor_thread() noexcept { return runs_reactor; }

Reactor::Reactor(ReactorId id, ReactorHost& host, IdleOptions idle, BusyThreads& busy_threads,
                 std::shared_ptr<Waker> waker, std::size_t posting_threads_max)
    : id_(id),
      host_(host),
      waker_(std::move(waker)),
      idle_options_(idle),
      busy_threads_(busy_threads),
      inbox_(waker_, inbox_capacity_tasks, posting_threads_max) {}

bool Reactor::run_once(Nanos now_ns) {
    counters_[ReactorCounter::turns].add();
    bool had_tasks = false;
    if (inbox_.has_pending()) [[unlikely]] {
        host_.set_now(now_ns);
        had_tasks = inbox_.run_pending() != 0;
    }
    return host_.poll(now_ns) || had_tasks;
}

void Reactor::run() {
    runs_reactor = true;
    IdleStrategy idle(idle_options_, busy_threads_);
    host_.on_thread_start();
    state_.store(ReactorState::running, std::memory_order_relaxed);
    while (!stop_.load(std::memory_order_relaxed)) {
        const Nanos now_ns = clock_.now_ns();
        const bool did_work = run_once(now_ns);
        if (did_work) counters_[ReactorCounter::busy_turns].add();
        const IdleAction action = idle.idle(did_work, now_ns);
        if (action.wants_preemptions) [[unlikely]] idle.note_preemptions(thread_preemptions(), now_ns);
        if (action.step == IdleStep::spin) {
            if (!did_work) cpu_relax();
        } else if (action.step == IdleStep::yield) {
            sched_yield();
        } else {
            park(now_ns, action.park_until_ns);
        }
    }
    host_.on_thread_end();
    runs_reactor = false;
    state_.store(ReactorState::ended, std::memory_order_relaxed);
}

void Reactor::park(Nanos now_ns, Nanos until_ns) {
    const Nanos deadline_ns = std::min(until_ns, host_.next_deadline_ns());
    if (deadline_ns - now_ns < too_short_to_park_ns) return;
    state_.store(ReactorState::parked, std::memory_order_relaxed);
    const bool inbox_is_quiet = inbox_.announce_sleep();
    const bool host_is_quiet = host_.announce_sleep();
    if (inbox_is_quiet && host_is_quiet && !stop_.load(std::memory_order_acquire)) {
        counters_[ReactorCounter::parks].add();
        const auto wakeup = waker_->wait(deadline_ns == no_deadline_ns ? no_deadline_ns : deadline_ns - now_ns);
        if (wakeup.is_woken) counters_[ReactorCounter::wake_ups].add();
    }
    inbox_.awaken();
    host_.awaken();
    state_.store(ReactorState::running, std::memory_order_relaxed);
}

void Reactor::stop() noexcept {
    stop_.store(true, std::memory_order_release);  // [stop]
    waker_->wake();
}

}  // namespace prosa
