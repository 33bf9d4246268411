#include "apps/prosa/environment_facts.hpp"
#include "apps/prosa/json_writer.hpp"
#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/load_report.hpp"
#include "apps/prosa/report/latency_report.hpp"

namespace prosa {
namespace {

void write_arguments(JsonWriter& json, const LoadReport& report) {
    const LoadArguments& arguments = report.arguments;
    json.key("load").begin_object();
    json.field("instance", report.measurement.instance.name).field("service", arguments.service);
    json.field("config", arguments.config.string());
    json.field("rate_per_s", arguments.rate_per_s).field("schedule", arguments.schedule);
    json.field("arrivals", arguments.arrivals).field("seed", arguments.seed);
    json.field("warmup_ns", arguments.warmup_ns).field("duration_ns", arguments.duration_ns);
    json.key("input");
    if (arguments.input.has_value())
        json.value(arguments.input->string());
    else
        json.null();
    json.key("tags").begin_object();
    for (const auto& [name, value] : arguments.run_tags) json.field(name, value);
    json.end_object().end_object();
}

void write_counts(JsonWriter& json, const LoadTotals& totals) {
    json.key("counts").begin_object();
    json.field("intended", totals[LoadCounter::intended]).field("sent", totals[LoadCounter::sent]);
    json.field("refused_unreachable", totals[LoadCounter::refused_unreachable]);
    json.field("refused_overloaded", totals[LoadCounter::refused_overloaded]);
    json.field("late", totals[LoadCounter::late]).field("skipped", totals[LoadCounter::skipped]);
    json.field("responses", totals[LoadCounter::outcome_none]);
    for (std::size_t code = 1; code < service_error_count; ++code)
        json.field(name_of(static_cast<ServiceError>(code)),
                   totals.counts[static_cast<std::size_t>(LoadCounter::outcome_none) + code]);
    json.end_object();
}

void write_latency(JsonWriter& json, std::string_view name, const HdrHistogram& histogram,
                   std::uint64_t out_of_range_count, const std::vector<double>& percentiles) {
    json.key(name).begin_object();
    json.field("count", histogram.total_count())
        .field("out_of_range", out_of_range_count)
        .field("min", histogram.min())
        .field("mean", histogram.mean());
    for (const double percentile : percentiles)
        json.field(percentile_name(percentile), histogram.value_at_percentile(percentile));
    json.end_object();
}

void write_windows(JsonWriter& json, const LoadResult& result) {
    json.key("windows").begin_array();
    for (const LoadWindow& window : result.windows) {
        json.begin_object();
        json.field("intended", window.intended)
            .field("sent", window.sent)
            .field("responses", window.responses);
        json.field("success_percent", window.success_percent()).end_object();
    }
    json.end_array();
}

void write_thresholds(JsonWriter& json, const LoadReport& report) {
    json.key("thresholds").begin_array();
    for (const LoadThreshold& threshold : report.thresholds) {
        json.begin_object();
        json.field("condition", threshold.text())
            .field("measured", threshold.measured_text(report.measurement.result));
        json.field("holds", threshold.holds(report.measurement.result)).end_object();
    }
    json.end_array();
}

void write_disagreements(JsonWriter& json, const InstanceLedger& ledger) {
    json.field("accepted", ledger.total(CallerCounter::accepted));
    json.field("received", ledger.total(CalleeCounter::received));
    json.key("disagreements").begin_array();
    for (const std::string& disagreement : ledger.disagreements()) json.value(disagreement);
    json.end_array();
}

void write_reactors(JsonWriter& json, const InstanceReport& instance) {
    json.key("reactors").begin_array();
    for (const ReactorReport& reactor : instance.reactors) {
        json.begin_object().field("id", value_of(reactor.id)).key("cpu");
        if (reactor.cpu.has_value())
            json.value(*reactor.cpu);
        else
            json.null();
        json.field("placement", reactor.placement).key("hosts").begin_array();
        for (const ProcessorReport& processor : instance.processors)
            for (const QueueReport& queue : processor.queues)
                if (queue.reactor == reactor.id) json.value(processor.name);
        json.end_array().end_object();
    }
    json.end_array();
}

void write_environment(JsonWriter& json, const InstanceReport& instance) {
    json.key("environment").begin_object();
    for (const auto& [name, value] : environment_facts()) json.field(name, value);
    write_reactors(json, instance);
    json.key("warnings").begin_array();
    for (const std::string& warning : instance.warnings) json.value(warning);
    json.end_array().end_object();
}

void write_optional(JsonWriter& json, std::string_view name, std::optional<double> number) {
    json.key(name);
    number ? json.value(*number) : json.null();
}

void write_jitter(JsonWriter& json, const LoadReport& report) {
    const JitterReport& jitter = report.measurement.jitter;
    json.key("jitter").begin_object().field("note", jitter.note).field("threshold_ns", jitter.threshold_ns);
    json.field("watched_ns", jitter.watched_ns);
    write_latency(json, "gaps_ns", jitter.gaps.total, jitter.gaps.out_of_range_count,
                  report.arguments.percentiles);
    json.end_object();
}

void write_rate_changes(JsonWriter& json, const std::vector<RateChange>& changes) {
    json.key("rate_changes").begin_array();
    for (const RateChange& change : changes)
        json.begin_object()
            .field("after_ns", change.after_ns)
            .field("rate_per_s", change.rate_per_s)
            .end_object();
    json.end_array();
}

void write_run(JsonWriter& json, const LoadReport& report) {
    const LoadResult& result = report.measurement.result;
    json.begin_object();
    write_arguments(json, report);
    json.field("intended_rate_per_s", result.intended_rate_per_s());
    json.field("achieved_rate_per_s", result.achieved_rate_per_s());
    json.field("is_rate_reached", result.is_rate_reached());
    json.field("success_percent_worst_window", result.worst_window_percent());
    write_counts(json, result.totals);
    write_latency(json, "response_time_ns", result.response_time,
                  report.measurement.response_time.out_of_range_count, report.arguments.percentiles);
    write_latency(json, "service_time_ns", result.service_time,
                  report.measurement.service_time.out_of_range_count, report.arguments.percentiles);
    write_windows(json, result);
    write_thresholds(json, report);
    write_disagreements(json, result.ledger);
    // Behind the windows, which are seconds of intended time, the seconds in which the answers came.
    write_intervals(json, "response_time_intervals", report.measurement.response_time);
    write_intervals(json, "service_time_intervals", report.measurement.service_time);
    write_optional(json, "raw_line_before_ns", report.measurement.raw_line_before_ns);
    write_optional(json, "raw_line_after_ns", report.measurement.raw_line_after_ns);
    write_rate_changes(json, report.measurement.rate_changes);
    write_jitter(json, report);
    write_environment(json, report.measurement.instance);
    json.end_object();
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

}  // namespace

std::string load_json(const std::vector<LoadReport>& reports, const std::vector<RunVariation>& variation) {
    JsonWriter json;
    if (reports.size() == 1) {
        write_run(json, reports.front());
        return json.text();
    }
    json.begin_object().key("runs").begin_array();
    for (const LoadReport& report : reports) write_run(json, report);
    json.end_array();
    write_variation(json, variation);
    json.end_object();
    return json.text();
}

}  // namespace prosa
