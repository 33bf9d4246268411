// apps/prosa/bench/breakdown/pipeline.hpp: what bounds transactions per second when many are under way.
//
// Where lines of many messages move at the same time, a side is as fast as its own instructions let it be. So they are
// told apart: the echo over the bare ring, the same echo with the fields of the message written and read on both
// sides, and what each side of the shipped bus executes for a transaction where no line moves at all.
#pragma once

#include <string>

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

// Ten fields, 256 under way. Nanoseconds are of one transaction: 1 000 over millions per second.
struct Pipeline {
    RoundKind rounds = RoundKind::counted;  // which the medians are from
    std::size_t round_count = 0;
    double raw_line_ns = 0;
    double bare_ns = 0;
    double bare_fields_ns = 0;
    double requester_ns = 0;  // one core, a turn for 64 transactions: takes their answers, sends the next
    double provider_ns = 0;   // one core, a turn for 64 transactions
    double measured_ns = 0;   // through the public interface, each side on its core
};

// Error: two CPUs are needed; the bus could not be measured.
absl::StatusOr<Pipeline> measure_pipeline(const BenchRun& run);

std::string table_text(const Pipeline& pipeline);
// One line {"breakdown": "pipelined_ten_fields", "bare_ns", ..., "over_bare", "bound_over_bare", "rounds", ...}.
std::string json_lines(const Pipeline& pipeline);

}  // namespace prosa::bench
