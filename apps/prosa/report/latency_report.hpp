// apps/prosa/report/latency_report.hpp: what is reported about latencies, whoever measured them, and its
// forms.
//
// `prosa load` and `prosa report` fill it; every form shows the same content.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "apps/prosa/report/latency_series.hpp"
#include "core/base/export.hpp"
#include "core/stats/hlog_writer.hpp"

namespace prosa {

struct LatencyReport {
    std::string title;
    std::string subtitle;
    std::vector<double> percentiles;    // which to report; 100: the maximum
    std::vector<LatencySeries> series;  // at least one
    RunTags run_tags;
};

// Nothing was recorded: `-`.
PROSA_API std::string series_table(const LatencyReport& report);

// One object: title, run_tags, and for each of the series its count, latencies in nanoseconds and intervals.
PROSA_API std::string report_json(const LatencyReport& report);

// Columns section,series,start_s,name,value: one fact a line, so that every program can pick its rows.
PROSA_API std::string report_csv(const LatencyReport& report);

}  // namespace prosa
