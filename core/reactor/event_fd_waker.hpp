// core/reactor/event_fd_waker.hpp: where a reactor sleeps, until a wake-up, I/O or a deadline.
//
// Threads   owner: wait, watching through epoll_fd.  any: wake.
// Ordering  a wake before the wait ends that wait at once; wakes are merged, so one wait may answer several.
// Units     timeouts in nanoseconds; the kernel may be late, never early.
// Cost      wake: one write. wait: one epoll_pwait2. The eventfd is watched edge-triggered and never read; its
//           counter would overflow after 2^64 - 2 wakes. A reactor without I/O sleeps cheaper: futex_waker.hpp.
#pragma once

#include <sys/epoll.h>

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

class PROSA_API EventFdWaker {
  public:
    struct Wakeup {
        bool is_woken = false;     // by wake
        std::size_t io_count = 0;  // how many io_events were filled
    };

    // Error: the file descriptors could not be made; which, and why.
    static absl::StatusOr<EventFdWaker> create();

    EventFdWaker(EventFdWaker&& other) noexcept;
    EventFdWaker& operator=(EventFdWaker&& other) noexcept;
    ~EventFdWaker();

    void wake() noexcept;

    // Returns after a wake, when a watched descriptor is ready, after timeout_ns, or when a signal was handled.
    // timeout_ns <= 0 only looks; one beyond 24 h sleeps 24 h at most. An owner that watches descriptors passes
    // room for their events, else a ready one ends every wait.
    Wakeup wait(Nanos timeout_ns, std::span<epoll_event> io_events = {}) noexcept;

    // For epoll_ctl with the owner's descriptors; their data.u64 must not be wake_tag.
    int epoll_fd() const noexcept { return epoll_fd_; }
    static constexpr std::uint64_t wake_tag = ~std::uint64_t{0};

  private:
    EventFdWaker(int event_fd, int epoll_fd) noexcept : event_fd_(event_fd), epoll_fd_(epoll_fd) {}

    int event_fd_ = -1;
    int epoll_fd_ = -1;
};

}  // namespace prosa
