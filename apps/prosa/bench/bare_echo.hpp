// apps/prosa/bench/bare_echo.hpp: the echo over two bare rings: what a transaction costs that does no work.
//
// The spin loops pause: without it the same echo takes 2 to 20 % longer where this was tried, and a floor
// is the fastest that is known. Requester and provider are pinned threads that spin. The requester writes
// the message, the provider copies it out and writes it back, the requester reads it and checks its number.
#pragma once

#include <cstdint>

#include "apps/prosa/bench/bench_cpus.hpp"
#include "apps/prosa/bench/latency_run.hpp"

namespace prosa::bench {

// The sizes of the bus that is compared.
struct BareEcho {
    std::uint32_t slot_count = 1024;
    std::uint32_t slot_bytes = 256;
    std::uint32_t moved_bytes = 256;  // of a slot, in each direction: header and body
    Nanos duration_ns = ns_per_s;
};

// One outstanding. Error: a CPU was refused.
absl::StatusOr<LatencyRun> measure_bare_roundtrip(const BenchCpus& cpus, const BareEcho& echo);

// Round trips per second with `outstanding` under way.
absl::StatusOr<double> measure_bare_pipelined(const BenchCpus& cpus, const BareEcho& echo,
                                              std::uint32_t outstanding);

}  // namespace prosa::bench
