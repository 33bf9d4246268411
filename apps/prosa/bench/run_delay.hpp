// apps/prosa/bench/run_delay.hpp: how long this process' threads were ready to run and had no CPU.
//
// Source    /proc/PID/task/TID/schedstat, second field: nanoseconds on a run queue (Linux, sched-stats.rst).
// Errors    0 where the kernel does not count it.
#pragma once

#include "core/base/clock.hpp"

namespace prosa::bench {

// Of all threads that live now, since each began.
Nanos run_delay_ns();

}  // namespace prosa::bench
