// apps/prosa/bench/breakdown/turnless_pair.hpp: the bus's round trip without the turns of a reactor.
//
// The benchmark's processors, and all the bus does for a request, on two pinned threads. But instead of a
// reactor's turn each thread only looks at its one ring, and no clock is read beside the requester's own.
#pragma once

#include "apps/prosa/bench/bench_cpus.hpp"
#include "apps/prosa/bench/bench_desk.hpp"

namespace prosa::bench {

// Error: a CPU was refused, or a request was.
absl::StatusOr<LatencyRun> measure_turnless_pair(const BenchCpus& cpus, const BenchOrder& order);

}  // namespace prosa::bench
