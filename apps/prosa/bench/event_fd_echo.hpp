// apps/prosa/bench/event_fd_echo.hpp: two threads that sleep in turns and wake each other through the
// kernel: what a wake-up costs there and back when nothing else is done.
#pragma once

#include "apps/prosa/bench/bench_cpus.hpp"
#include "apps/prosa/bench/latency_run.hpp"

namespace prosa::bench {

// Blocking reads of one eventfd each way. Error: a CPU or a descriptor was refused.
absl::StatusOr<LatencyRun> measure_event_fd_roundtrip(const BenchCpus& cpus, Nanos duration_ns);

}  // namespace prosa::bench
