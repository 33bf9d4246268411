// apps/prosa/bench/bench_forms.hpp: the distributions behind the figures in other forms than their log.
#pragma once

#include <span>

#include "apps/prosa/bench/figure_report.hpp"

namespace prosa::bench {

// Writes the page and the percentile texts that the options ask for, from the log at `log_path`, which is closed.
// Error: nothing in it, or a file that cannot be written.
absl::Status write_forms(const BenchOptions& options, const std::string& log_path,
                         std::span<const MeasuredFigure> figures);

}  // namespace prosa::bench
