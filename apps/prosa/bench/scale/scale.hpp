// apps/prosa/bench/scale/scale.hpp: `prosa bench --scale`: how cost grows with the reactors of a process.
#pragma once

#include "apps/prosa/bench/bench_options.hpp"

namespace prosa::bench {

// Each row in a process of its own, so that it has no memory of the others'. Returns the exit code.
int scale_main(const BenchOptions& options);

// Such a process: measures one row and prints it as a line of JSON. Returns the exit code.
int scale_row_main(const BenchOptions& options);

}  // namespace prosa::bench
