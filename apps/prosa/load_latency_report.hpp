// apps/prosa/load_latency_report.hpp: one load, or several runs of it, in the common form of reports.
#pragma once

#include <span>

#include "apps/prosa/load_report.hpp"
#include "apps/prosa/report/latency_report.hpp"
#include "core/base/export.hpp"

namespace prosa {

// Of each percentile the median, the least and the largest of the runs, for both kinds of time. Empty for one
// run.
PROSA_API std::vector<RunVariation> variation_of(std::span<const LoadMeasurement> runs,
                                                 const std::vector<double>& percentiles);

// At least one run.
PROSA_API LatencyReport latency_report_of(const LoadArguments& arguments,
                                          std::span<const LoadMeasurement> runs);

}  // namespace prosa
