// apps/prosa/bench/client_roundtrip.hpp: round trips of a BusClient that spins on a thread of its own.
#pragma once

#include "apps/prosa/bench/bench_desk.hpp"
#include "core/base/status.hpp"
#include "core/bus/bus_main.hpp"

namespace prosa::bench {

// One outstanding request of the service BENCH; warm-up, duration and message by the order. Error: the CPU
// was refused, there is no place for a client, or a request failed.
absl::StatusOr<LatencyRun> measure_client_roundtrip(BusMain& main, int cpu, const BenchOrder& order);

}  // namespace prosa::bench
