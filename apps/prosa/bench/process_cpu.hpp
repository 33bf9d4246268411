// apps/prosa/bench/process_cpu.hpp: the CPU time of this process.
#pragma once

#include "core/base/clock.hpp"

namespace prosa::bench {

// Of all threads, those that ended too, by getrusage: user and kernel time.
Nanos process_cpu_ns();

// Sleeps for `duration_ns`; what the other threads took meanwhile, of one CPU.
double process_cpu_percent(Nanos duration_ns);

}  // namespace prosa::bench
