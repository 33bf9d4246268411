// apps/prosa/latency_table.hpp: histograms as a table, one column per percentile.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/export.hpp"
#include "core/stats/hdr_histogram.hpp"

namespace prosa {

// 99.9 -> `p99.9`, 100 -> `max`.
PROSA_API std::string percentile_name(double percentile);

// A row per histogram, `-` in the cells of an empty one. The last column counts the values.
PROSA_API std::string latency_table(std::string_view title, std::span<const double> percentiles,
                                    const std::vector<std::pair<std::string, const HdrHistogram*>>& rows);

}  // namespace prosa
