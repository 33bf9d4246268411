#include "apps/prosa/report/report_json.hpp"

#include "apps/prosa/latency_table.hpp"

namespace prosa {
namespace {

void write_texts(JsonWriter& json, std::string_view name,
                 const std::vector<std::pair<std::string, std::string>>& texts) {
    json.key(name).begin_object();
    for (const auto& [key, value] : texts) json.field(key, value);
    json.end_object();
}

void write_intervals(JsonWriter& json, const LatencySeries& series) {
    json.key("intervals").begin_array();
    for (const SeriesPoint& point : series.points) {
        json.begin_object();
        json.field("start_s", point.start_s).field("length_s", point.length_s).field("count", point.count);
        json.field("p50", point.p50)
            .field("p99", point.p99)
            .field("p99.9", point.p999)
            .field("max", point.max);
        json.end_object();
    }
    json.end_array();
}

void write_series(JsonWriter& json, const LatencyReport& report) {
    json.key("series").begin_array();
    for (const LatencySeries& series : report.series) {
        json.begin_object().field("name", series.name);
        write_latency(json, "latency_ns", series, report.percentiles);
        write_intervals(json, series);
        json.end_object();
    }
    json.end_array();
}

void write_outcomes(JsonWriter& json, const std::vector<OutcomeCounts>& outcomes) {
    json.key("outcomes").begin_array();
    for (const OutcomeCounts& of_run : outcomes) {
        json.begin_object().field("run", of_run.run).key("counts").begin_object();
        for (const auto& [name, count] : of_run.counts) json.field(name, count);
        json.end_object().end_object();
    }
    json.end_array();
}

void write_variation(JsonWriter& json, const std::vector<RunVariation>& variation) {
    json.key("variation").begin_array();
    for (const RunVariation& each : variation) {
        json.begin_object()
            .field("series", each.series)
            .field("percentile", percentile_name(each.percentile));
        json.field("median", each.median).field("min", each.min).field("max", each.max).end_object();
    }
    json.end_array();
}

void write_jitter(JsonWriter& json, const JitterReport& jitter, const std::vector<double>& percentiles) {
    json.key("jitter").begin_object().field("note", jitter.note).field("threshold_ns", jitter.threshold_ns);
    json.field("watched_ns", jitter.watched_ns);
    write_latency(json, "gaps_ns", jitter.gaps, percentiles);
    json.end_object();
}

}  // namespace

void write_latency(JsonWriter& json, std::string_view name, const LatencySeries& series,
                   const std::vector<double>& percentiles) {
    json.key(name).begin_object();
    json.field("count", series.total.total_count())
        .field("out_of_range", series.out_of_range_count)
        .field("min", series.total.min())
        .field("mean", series.total.mean());
    for (const double percentile : percentiles)
        json.field(percentile_name(percentile), series.total.value_at_percentile(percentile));
    json.end_object();
}

void write_members(JsonWriter& json, const LatencyReport& report) {
    json.field("title", report.title).field("subtitle", report.subtitle);
    write_texts(json, "run_tags", report.run_tags);
    write_texts(json, "facts", report.facts);
    write_series(json, report);
    write_outcomes(json, report.outcomes);
    write_variation(json, report.variation);
    if (report.jitter) write_jitter(json, *report.jitter, report.percentiles);
    write_texts(json, "environment", report.environment);
    json.key("warnings").begin_array();
    for (const std::string& warning : report.warnings) json.value(warning);
    json.end_array();
}

std::string report_json(const LatencyReport& report) {
    JsonWriter json;
    json.begin_object();
    write_members(json, report);
    json.end_object();
    return json.text();
}

}  // namespace prosa
