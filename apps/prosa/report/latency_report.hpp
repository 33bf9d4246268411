// apps/prosa/report/latency_report.hpp: what is reported about latencies, whoever measured them, and its
// forms.
//
// `prosa load` and `prosa report` fill it; every form shows the same content, as far as it is there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/prosa/report/latency_series.hpp"
#include "core/base/export.hpp"
#include "core/stats/hlog_writer.hpp"

namespace prosa {

// Name and value, in an order that people like.
using ReportFacts = std::vector<std::pair<std::string, std::string>>;

// What became of the transactions of one run.
struct OutcomeCounts {
    std::string run;
    std::vector<std::pair<std::string, std::uint64_t>> counts;  // the first: responses
};

// One latency over several runs.
struct RunVariation {
    std::string series;
    double percentile = 0;
    Nanos median = 0;
    Nanos min = 0;
    Nanos max = 0;
};

// Gaps in which a thread that only looks at the clock did not run.
struct JitterReport {
    LatencySeries gaps;  // those above the threshold
    Nanos threshold_ns = 0;
    Nanos watched_ns = 0;
    std::string note;  // where it ran, or why it did not
};

struct LatencyReport {
    std::string title;
    std::string subtitle;
    std::vector<double> percentiles;    // which to report; 100: the maximum
    std::vector<LatencySeries> series;  // at least one; the first is the one that matters most
    RunTags run_tags;
    ReportFacts facts;  // the run in a few words
    std::vector<OutcomeCounts> outcomes;
    std::vector<RunVariation> variation;
    std::optional<JitterReport> jitter;
    ReportFacts environment;
    std::vector<std::string> warnings;
};

// Nothing was recorded: `-`.
PROSA_API std::string series_table(const LatencyReport& report);

// One object with all of it: title, subtitle, run_tags, facts, series (with latencies in nanoseconds, as a
// whole and by interval), outcomes, variation, jitter where it was watched, environment and warnings.
PROSA_API std::string report_json(const LatencyReport& report);

// Columns section,series,start_s,name,value: one fact a line, so that every program can pick its rows.
PROSA_API std::string report_csv(const LatencyReport& report);

// One page that needs nothing else: inline SVG and styles, no script, no network; light and dark.
PROSA_API std::string report_html(const LatencyReport& report);

}  // namespace prosa
