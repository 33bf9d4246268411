#include "apps/prosa/load_report.hpp"
#include "apps/prosa/report/report_json.hpp"

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
    json.end_object();
}

void write_counts(JsonWriter& json, const LoadTotals& totals) {
    json.key("counts").begin_object();
    json.field("intended", totals[LoadCounter::intended]).field("sent", totals[LoadCounter::sent]);
    json.field("refused_unreachable", totals[LoadCounter::refused_unreachable]);
    json.field("refused_overloaded", totals[LoadCounter::refused_overloaded]);
    json.field("late", totals[LoadCounter::late]).field("unsent", totals[LoadCounter::unsent]);
    json.field("responses", totals[LoadCounter::outcome_none]);
    for (std::size_t code = 1; code < service_error_count; ++code)
        json.field(name_of(static_cast<ServiceError>(code)),
                   totals.counts[static_cast<std::size_t>(LoadCounter::outcome_none) + code]);
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

void write_optional(JsonWriter& json, std::string_view name, std::optional<double> number) {
    json.key(name);
    number ? json.value(*number) : json.null();
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
    const LoadMeasurement& measurement = report.measurement;
    const LoadResult& result = measurement.result;
    json.field("intended_rate_per_s", result.intended_rate_per_s());
    json.field("achieved_rate_per_s", result.achieved_rate_per_s());
    json.field("is_rate_reached", result.is_rate_reached());
    json.field("success_percent_worst_window", result.worst_window_percent());
    write_counts(json, result.totals);
    write_latency(json, "response_time_ns", measurement.response_time, report.arguments.percentiles);
    write_latency(json, "service_time_ns", measurement.service_time, report.arguments.percentiles);
    write_windows(json, result);
    write_thresholds(json, report);
    write_disagreements(json, result.ledger);
    write_optional(json, "raw_line_before_ns", measurement.raw_line_before_ns);
    write_optional(json, "raw_line_after_ns", measurement.raw_line_after_ns);
    write_rate_changes(json, measurement.rate_changes);
    write_reactors(json, measurement.instance);
}

}  // namespace

std::string load_json(const LatencyReport& whole, const std::vector<LoadReport>& runs) {
    JsonWriter json;
    json.begin_object();
    write_members(json, whole);
    write_arguments(json, runs.front());
    if (runs.size() == 1) {
        write_run(json, runs.front());
    } else {
        json.key("runs").begin_array();
        for (const LoadReport& run : runs) {
            json.begin_object();
            write_run(json, run);
            json.end_object();
        }
        json.end_array();
    }
    json.end_object();
    return json.text();
}

}  // namespace prosa
