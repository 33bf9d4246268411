// apps/prosa/bench/raw_line.hpp: how long one cache line takes from core to core and back: the physical
// limit.
//
// Two pinned threads take turns in writing one word. Everything that crosses cores pays this at least, and
// the placement of virtual CPUs decides it; so each figure that crosses cores is told together with it.
//
// Units     nanoseconds per round trip, one timer pair (about 20 ns) included, as in every other latency
//           here.
#pragma once

#include "apps/prosa/bench/bench_cpus.hpp"
#include "apps/prosa/bench/latency_run.hpp"

namespace prosa::bench {

// Error: a CPU was refused.
absl::StatusOr<LatencyRun> measure_raw_line(const BenchCpus& cpus, Nanos duration_ns);

// Its median.
absl::StatusOr<double> measure_raw_line_ns(const BenchCpus& cpus, Nanos duration_ns);

}  // namespace prosa::bench
