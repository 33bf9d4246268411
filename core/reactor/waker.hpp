// core/reactor/waker.hpp: a reactor's waker: a futex, or an eventfd once the reactor hosts I/O.
//
// Threads   owner: enable_io before any producer knows the waker, wait.  any: wake.
// The futex sleeps and wakes a quarter faster, the eventfd also ends a sleep when a descriptor is ready.
#pragma once

#include <sys/epoll.h>

#include <absl/status/status.h>

#include <optional>
#include <span>

#include "core/base/clock.hpp"
#include "core/reactor/event_fd_waker.hpp"
#include "core/reactor/futex_waker.hpp"

namespace prosa {

class Waker {
  public:
    // From here on descriptors may be watched through epoll_fd. Error: see EventFdWaker::create.
    absl::Status enable_io() {
        if (event_fd_.has_value()) return absl::OkStatus();
        auto made = EventFdWaker::create();
        if (!made.ok()) return made.status();
        event_fd_.emplace(*std::move(made));
        return absl::OkStatus();
    }

    bool hosts_io() const noexcept { return event_fd_.has_value(); }
    int epoll_fd() const noexcept { return event_fd_.has_value() ? event_fd_->epoll_fd() : -1; }

    void wake() noexcept {
        if (event_fd_.has_value()) return event_fd_->wake();
        futex_.wake();
    }

    // As EventFdWaker::wait; without I/O no event is ever filled.
    EventFdWaker::Wakeup wait(Nanos timeout_ns, std::span<epoll_event> io_events = {}) noexcept {
        if (event_fd_.has_value()) return event_fd_->wait(timeout_ns, io_events);
        return {.is_woken = futex_.wait(timeout_ns), .io_count = 0};
    }

  private:
    FutexWaker futex_;
    std::optional<EventFdWaker> event_fd_;
};

}  // namespace prosa
