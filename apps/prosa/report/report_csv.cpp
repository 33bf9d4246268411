#include <fmt/format.h>

#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/report/latency_report.hpp"

namespace prosa {
namespace {

// RFC 4180: quotes where they are needed.
std::string cell(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

class CsvLines {
  public:
    template <typename Value>
    void add(std::string_view section, std::string_view series, std::string_view start_s,
             std::string_view name, const Value& value) {
        text_ += fmt::format("{},{},{},{},{}\n", section, cell(series), start_s, cell(name),
                             cell(fmt::format("{}", value)));
    }
    std::string text() && { return std::move(text_); }

  private:
    std::string text_ = "section,series,start_s,name,value\n";
};

void add_series(CsvLines& lines, const LatencySeries& series, const std::vector<double>& percentiles) {
    const auto add = [&lines, &series](std::string_view name, const auto& value) {
        lines.add("total", series.name, "", name, value);
    };
    add("count", series.total.total_count());
    add("out_of_range", series.out_of_range_count);
    add("min_ns", series.total.min());
    add("mean_ns", series.total.mean());
    for (const double percentile : percentiles)
        add(percentile_name(percentile) + "_ns", series.total.value_at_percentile(percentile));
}

void add_points(CsvLines& lines, const LatencySeries& series) {
    for (const SeriesPoint& point : series.points) {
        const std::string start_s = fmt::format("{:.3f}", point.start_s);
        const auto add = [&](std::string_view name, const auto& value) {
            lines.add("interval", series.name, start_s, name, value);
        };
        add("length_s", point.length_s);
        add("count", point.count);
        add("p50_ns", point.p50);
        add("p99_ns", point.p99);
        add("p99.9_ns", point.p999);
        add("max_ns", point.max);
    }
}

void add_variation(CsvLines& lines, const RunVariation& each) {
    const std::string name = percentile_name(each.percentile);
    lines.add("variation", each.series, "", name + "_median_ns", each.median);
    lines.add("variation", each.series, "", name + "_min_ns", each.min);
    lines.add("variation", each.series, "", name + "_max_ns", each.max);
}

void add_jitter(CsvLines& lines, const JitterReport& jitter, const std::vector<double>& percentiles) {
    lines.add("jitter", "", "", "note", jitter.note);
    lines.add("jitter", "", "", "threshold_ns", jitter.threshold_ns);
    lines.add("jitter", "", "", "watched_ns", jitter.watched_ns);
    lines.add("jitter", "", "", "count", jitter.gaps.total.total_count());
    for (const double percentile : percentiles)
        lines.add("jitter", "", "", percentile_name(percentile) + "_ns",
                  jitter.gaps.total.value_at_percentile(percentile));
}

}  // namespace

std::string report_csv(const LatencyReport& report) {
    CsvLines lines;
    lines.add("report", "", "", "title", report.title);
    lines.add("report", "", "", "subtitle", report.subtitle);
    for (const auto& [name, value] : report.run_tags) lines.add("run_tag", "", "", name, value);
    for (const LatencySeries& series : report.series) add_series(lines, series, report.percentiles);
    for (const LatencySeries& series : report.series) add_points(lines, series);
    for (const auto& [name, value] : report.facts) lines.add("fact", "", "", name, value);
    for (const OutcomeCounts& outcomes : report.outcomes)
        for (const auto& [name, count] : outcomes.counts) lines.add("outcome", outcomes.run, "", name, count);
    for (const RunVariation& each : report.variation) add_variation(lines, each);
    if (report.jitter) add_jitter(lines, *report.jitter, report.percentiles);
    for (const auto& [name, value] : report.environment) lines.add("environment", "", "", name, value);
    for (const std::string& warning : report.warnings) lines.add("report", "", "", "warning", warning);
    return std::move(lines).text();
}

}  // namespace prosa
