#include "apps/prosa/json_writer.hpp"
#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/report/latency_report.hpp"

namespace prosa {

void write_intervals(JsonWriter& json, std::string_view name, const LatencySeries& series) {
    json.key(name).begin_array();
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

namespace {

void write_series(JsonWriter& json, const LatencySeries& series, const std::vector<double>& percentiles) {
    json.begin_object().field("name", series.name).field("count", series.total.total_count());
    json.field("out_of_range", series.out_of_range_count).key("latency_ns").begin_object();
    json.field("min", series.total.min()).field("mean", series.total.mean());
    for (const double percentile : percentiles)
        json.field(percentile_name(percentile), series.total.value_at_percentile(percentile));
    json.end_object();
    write_intervals(json, "intervals", series);
    json.end_object();
}

}  // namespace

std::string report_json(const LatencyReport& report) {
    JsonWriter json;
    json.begin_object().field("title", report.title).key("run_tags").begin_object();
    for (const auto& [name, value] : report.run_tags) json.field(name, value);
    json.end_object().key("series").begin_array();
    for (const LatencySeries& series : report.series) write_series(json, series, report.percentiles);
    json.end_array().end_object();
    return json.text();
}

}  // namespace prosa
