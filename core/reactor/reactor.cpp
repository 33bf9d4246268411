#include "core/reactor/reactor.hpp"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include "core/base/status.hpp"

namespace prosa {
namespace {

// Waking up takes longer than this: what is due so soon is waited for awake.
constexpr Nanos too_short_to_park_ns = 60 * ns_per_us;
constexpr std::size_t io_events_max = 64;

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
        had_tasks = run_tasks();
    }
    const bool had_io = waker_->hosts_io() && now_ns >= next_io_ns_ && poll_io(now_ns);
    return host_.poll(now_ns) || had_tasks || had_io;
}

// A task that finds no memory is tried again at the next turn; the other work of this one goes on.
bool Reactor::run_tasks() try { return inbox_.run_pending() != 0; } catch (const std::bad_alloc&) {
    return false;
}

bool Reactor::poll_io(Nanos now_ns) {
    next_io_ns_ = now_ns + io_interval_ns;
    std::array<epoll_event, io_events_max> ready;
    const std::size_t count = waker_->wait(0, ready).io_count;
    host_.set_now(now_ns);
    dispatch(std::span(ready).first(count));
    return count != 0;
}

void Reactor::dispatch(std::span<const epoll_event> ready) {
    for (const epoll_event& event : ready) static_cast<IoHandler*>(event.data.ptr)->on_io(event.events);
}

absl::Status Reactor::watch(int descriptor, std::uint32_t epoll_events, IoHandler& handler) {
    if (!waker_->hosts_io())
        return make_error(absl::StatusCode::kFailedPrecondition, "reactor {} hosts no I/O", value_of(id_));
    epoll_event event{};
    event.events = epoll_events;
    event.data.ptr = &handler;
    if (::epoll_ctl(waker_->epoll_fd(), EPOLL_CTL_ADD, descriptor, &event) == 0) return absl::OkStatus();
    return invalid_argument("descriptor {} cannot be watched: {}", descriptor, std::strerror(errno));
}

void Reactor::unwatch(int descriptor) noexcept {
    ::epoll_ctl(waker_->epoll_fd(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void Reactor::begin() {
    host_.on_thread_start();
    state_.store(ReactorState::running, std::memory_order_relaxed);
}

void Reactor::end() {
    host_.on_thread_end();
    state_.store(ReactorState::ended, std::memory_order_relaxed);
}

void Reactor::step(Nanos now_ns) {
    if (state() == ReactorState::ended) return;
    if (state() == ReactorState::created) begin();
    if (run_once(now_ns)) counters_[ReactorCounter::busy_turns].add();
    if (stop_.load(std::memory_order_relaxed)) end();
}

void Reactor::run() {
    runs_reactor = true;
    IdleStrategy idle(idle_options_, busy_threads_);
    begin();
    while (!stop_.load(std::memory_order_relaxed)) {
        const Nanos now_ns = clock_.now_ns();
        const bool did_work = run_once(now_ns);
        if (did_work) counters_[ReactorCounter::busy_turns].add();
        const IdleAction action = idle.idle(did_work, now_ns);
        if (action.wants_preemptions) [[unlikely]]
            idle.note_preemptions(thread_preemptions(), now_ns);
        // Spinning is the next turn, without a pause: on today's processors that takes as long as the turn, and a
        // message would wait for it.
        if (action.step == IdleStep::yield)
            sched_yield();
        else if (action.step == IdleStep::park)
            park(now_ns, action.park_until_ns);
    }
    runs_reactor = false;
    end();
}

void Reactor::park(Nanos now_ns, Nanos until_ns) {
    const Nanos deadline_ns = std::min(until_ns, host_.next_deadline_ns());
    if (deadline_ns - now_ns < too_short_to_park_ns) return;
    state_.store(ReactorState::parked, std::memory_order_relaxed);
    const bool inbox_is_quiet = inbox_.announce_sleep();
    const bool host_is_quiet = host_.announce_sleep();
    if (inbox_is_quiet && host_is_quiet && !stop_.load(std::memory_order_acquire)) {  // [stop]
        counters_[ReactorCounter::parks].add();
        std::array<epoll_event, io_events_max> ready;
        const auto wakeup =
            waker_->wait(deadline_ns == no_deadline_ns ? no_deadline_ns : deadline_ns - now_ns, ready);
        if (wakeup.is_woken) counters_[ReactorCounter::wake_ups].add();
        state_.store(ReactorState::running, std::memory_order_relaxed);  // a handler that hangs is seen
        host_.set_now(clock_.now_ns());
        dispatch(std::span(ready).first(wakeup.io_count));
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
