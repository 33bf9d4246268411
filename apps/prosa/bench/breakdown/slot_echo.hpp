// apps/prosa/bench/breakdown/slot_echo.hpp: the echo over two of the product's rings, without the rest of the
// bus.
//
// Two pinned threads that spin, as in the bare echo. Either the bytes of a message are copied in and out of
// the slots, or its fields are written and read in the slot, as processors do it, with the bus's prefetches.
#pragma once

#include "apps/prosa/bench/bare_echo.hpp"
#include "apps/prosa/bench/bench_message.hpp"

namespace prosa::bench {

// Error: a CPU was refused.
absl::StatusOr<LatencyRun> measure_slot_copy_echo(const BenchCpus& cpus, const BareEcho& echo);
absl::StatusOr<LatencyRun> measure_slot_tvf_echo(const BenchCpus& cpus, const BareEcho& echo,
                                                 BenchMessage message);

}  // namespace prosa::bench
