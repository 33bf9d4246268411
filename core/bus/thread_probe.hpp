// core/bus/thread_probe.hpp: what the kernel says of a reactor's thread: did it have a CPU, does it sleep.
//
// A thread without a CPU looks like one that hangs: its turns stand still. Its CPU time tells them apart, and for one
// that uses no CPU time, whether it waits for a CPU (starved) or sleeps in a call (blocked).
//
// Threads   attach: the thread that is watched.  read: one other thread, Main's.
// Cost      read: two system calls; made only while turns stand still. One descriptor for each thread.
// Errors    without /proc, or once the thread has ended, read returns nothing.
// Source    proc(5), the field `state` of /proc/PID/stat; pthread_getcpuclockid(3).
// Proof     test/core/bus/unit/thread_probe_test.cpp
#pragma once

#include <time.h>

#include <atomic>
#include <optional>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

struct ThreadReading {
    Nanos cpu_ns = 0;  // used since the thread began
    bool is_blocked =
        false;  // sleeps in the kernel; else it runs, waits for a CPU, or is stopped from outside
};

class ThreadProbe {
  public:
    virtual ~ThreadProbe() = default;
    virtual std::optional<ThreadReading> read() noexcept = 0;
};

class KernelThreadProbe final : public ThreadProbe {
  public:
    KernelThreadProbe() = default;
    PROSA_API ~KernelThreadProbe() override;
    KernelThreadProbe(const KernelThreadProbe&) = delete;
    KernelThreadProbe& operator=(const KernelThreadProbe&) = delete;

    // Once. Before it, and when it found no /proc, nothing can be read.
    PROSA_API void attach() noexcept;
    PROSA_API std::optional<ThreadReading> read() noexcept override;

  private:
    clockid_t clock_{};
    int stat_ = -1;
    std::atomic<bool> is_attached_{false};  // [attach]: what is above is readable
};

}  // namespace prosa
