#include "core/reactor/futex_waker.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

namespace prosa {

void FutexWaker::wake() noexcept {
    signal_.exchange(1, std::memory_order_acq_rel);  // [signal]
    ::syscall(SYS_futex, &signal_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

bool FutexWaker::wait(Nanos timeout_ns) noexcept {
    if (signal_.exchange(0, std::memory_order_acq_rel) != 0) return true;  // [signal]
    if (timeout_ns <= 0) return false;
    constexpr Nanos longest_ns = 24 * 3600 * ns_per_s;
    const Nanos ns = std::min(timeout_ns, longest_ns);
    const timespec timeout{ns / ns_per_s, ns % ns_per_s};
    ::syscall(SYS_futex, &signal_, FUTEX_WAIT_PRIVATE, 0, &timeout, nullptr, 0);
    return signal_.exchange(0, std::memory_order_acq_rel) != 0;  // [signal]
}

}  // namespace prosa
