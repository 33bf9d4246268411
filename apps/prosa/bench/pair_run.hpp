// apps/prosa/bench/pair_run.hpp: one run between two spinning reactors, and the bare echo it is compared
// with.
#pragma once

#include <string_view>

#include "apps/prosa/bench/bare_echo.hpp"
#include "apps/prosa/bench/bench_desk.hpp"
#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

// What the bus moves for this order: header and body, in slots of the bus's size.
BareEcho bare_echo_of(const BenchOrder& order);

// One run of the order in an instance of its own, which is gone when this returns: the CPUs are then free for
// others.
absl::StatusOr<LatencyRun> measure_pair(const BenchRun& run, const BenchOrder& order,
                                        std::string_view behaviour);

}  // namespace prosa::bench
