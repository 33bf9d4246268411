// apps/prosa/bench/scale/scale_row.hpp: what an instance with so many reactors costs while nothing happens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

// Each reactor has a link to and from each other one: the most there can be. All park after a while without
// work.
struct ScaleRow {
    std::uint32_t reactor_count = 0;
    double resident_bytes = 0;    // of the process
    double instance_bytes = 0;    // of it, since before the instance was made
    double parked_count = 0;      // reactors that slept when the idle time was measured
    double turn_ns = 0;           // a turn without work, of a reactor without links
    double linked_turn_ns = 0;    // of one with links to and from all others
    double idle_cpu_percent = 0;  // of one CPU, all threads
    double publish_us = 0;        // from the call to the first turn with the new table, median
    double publish_worst_us = 0;
    std::optional<double> line_moves{};  // of a transaction between two with all their links, instrumented
};

// In this process, which should do nothing else. Error: the instance does not run.
absl::StatusOr<ScaleRow> measure_scale_row(const BenchRun& run, std::uint32_t reactor_count);

std::string json_line(const ScaleRow& row);
// Error: something is missing in the line.
absl::StatusOr<ScaleRow> parse_scale_row(std::string_view line);

}  // namespace prosa::bench
