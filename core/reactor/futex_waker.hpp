// core/reactor/futex_waker.hpp: where a reactor without I/O sleeps, until a wake-up or a deadline.
//
// Threads   owner: wait.  any: wake.
// Ordering  [signal] signal_ acq_rel exchange in wake -> acq_rel exchange in wait. A wake before the wait ends
//           that wait at once: the kernel refuses to sleep on a word that is not zero. Wakes are merged.
// Units     timeouts in nanoseconds; the kernel may be late, never early.
// Cost      one system call to wake, one to sleep. A ping-pong of two sleepers takes 0.95 to 1.0 of the same over
//           two blocking eventfds, though with a timeout armed; epoll with a timeout takes 1.27.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/base/cache_line.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

class PROSA_API FutexWaker {
  public:
    FutexWaker() = default;
    FutexWaker(const FutexWaker&) = delete;
    FutexWaker& operator=(const FutexWaker&) = delete;

    void wake() noexcept;

    // Returns true after a wake; false after timeout_ns or when a signal was handled. timeout_ns <= 0 only looks;
    // one beyond 24 h sleeps 24 h at most.
    bool wait(Nanos timeout_ns) noexcept;

  private:
    alignas(no_sharing_bytes) std::atomic<std::uint32_t> signal_{0};
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "the kernel compares the same four bytes");

}  // namespace prosa
