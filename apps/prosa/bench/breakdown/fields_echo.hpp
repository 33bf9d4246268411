// apps/prosa/bench/breakdown/fields_echo.hpp: the bare echo with many under way, but of fields instead of bytes.
//
// Both sides write every field into a slot of the bare ring, and read every field there, as the benchmark's processors
// do. There is no header, so fewer bytes move than in the bare echo.
#pragma once

#include "apps/prosa/bench/bare_echo.hpp"
#include "apps/prosa/bench/bench_message.hpp"

namespace prosa::bench {

// Round trips per second with `outstanding` under way. Error: a CPU was refused.
absl::StatusOr<double> measure_fields_pipelined(const BenchCpus& cpus, const BareEcho& echo,
                                                BenchMessage message, std::uint32_t outstanding);

}  // namespace prosa::bench
