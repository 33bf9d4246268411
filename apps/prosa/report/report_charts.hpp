// apps/prosa/report/report_charts.hpp: the drawings of a report, as <svg> elements.
#pragma once

#include <string>

#include "apps/prosa/report/latency_report.hpp"

namespace prosa {

// The latency of every series by percentile; the farther to the right, the rarer.
std::string percentile_chart(const LatencyReport& report);

// Over time, all series; empty when none has two intervals.
std::string throughput_chart(const LatencyReport& report);
std::string latency_chart(const LatencyReport& report, std::string_view name, Nanos SeriesPoint::*value);

}  // namespace prosa
