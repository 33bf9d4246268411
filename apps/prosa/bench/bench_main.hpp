// apps/prosa/bench/bench_main.hpp: `prosa bench`: measures the figures, prints the table, writes the file.
//
// Threads   the program's first. Starts instances, threads and programs of its own, one measurement at a
//           time.
// Output    the table on stdout, progress on stderr, one JSON object a line in the figures file.
// Exit      exit_ok: every figure was measured, or has no value because of the placement; a missed bar is a
//           result. exit_failed: a measurement broke. exit_usage.
#pragma once

#include <string>
#include <vector>

#include "core/base/export.hpp"

namespace prosa::bench {

// What stands behind `prosa bench`.
PROSA_API int bench_main(const std::vector<std::string>& arguments);

}  // namespace prosa::bench
