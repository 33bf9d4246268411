#include "apps/prosa/report_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <vector>

#include "apps/prosa/json_writer.hpp"
#include "apps/prosa/text_table.hpp"
#include "core/base/units.hpp"
#include "core/control/metrics.hpp"

namespace prosa {
namespace {

std::string name_of(ReactorState state) {
    switch (state) {
        case ReactorState::created:
            return "created";
        case ReactorState::running:
            return "running";
        case ReactorState::parked:
            return "parked";
        case ReactorState::ended:
            return "ended";
    }
    return "unknown";
}

// What people want to know of a processor, over its queues.
struct ProcessorSums {
    std::uint64_t accepted = 0;
    std::uint64_t responses = 0;
    std::uint64_t errors = 0;
    std::uint64_t received = 0;
    std::int64_t kept = 0;
    std::string last_error;

    explicit ProcessorSums(const ProcessorReport& processor) {
        for (const QueueReport& queue : processor.queues) {
            accepted += queue.caller[static_cast<std::size_t>(CallerCounter::accepted)];
            const auto first = static_cast<std::size_t>(CallerCounter::outcome_none);
            responses += queue.caller[first];
            for (std::size_t code = 1; code < service_error_count; ++code)
                errors += queue.caller[first + code];
            received += queue.callee[static_cast<std::size_t>(CalleeCounter::received)];
            kept += queue.kept;
            if (!queue.last_error.empty()) last_error = queue.last_error;
        }
    }
};

// An error's text may hold anything; a table has one line for it.
std::string one_line(std::string text) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
    return text;
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

double duty_percent(const ReactorReport& reactor) {
    const auto turns = reactor.counters[static_cast<std::size_t>(ReactorCounter::turns)];
    const auto busy = reactor.counters[static_cast<std::size_t>(ReactorCounter::busy_turns)];
    return turns == 0 ? 0.0 : 100.0 * static_cast<double>(busy) / static_cast<double>(turns);
}

std::string provider_name(const InstanceReport& report, const ProviderId& provider) {
    const auto known =
        std::find_if(report.processors.begin(), report.processors.end(),
                     [&](const ProcessorReport& each) { return each.id == provider.processor; });
    if (known == report.processors.end())
        return fmt::format("{}/{}", value_of(provider.processor), value_of(provider.queue));
    return known->queues.size() == 1 ? known->name
                                     : fmt::format("{}/{}", known->name, value_of(provider.queue));
}

std::string counted_states(const InstanceReport& report) {
    std::map<ProcessorState, std::size_t> counts;
    for (const ProcessorReport& processor : report.processors) ++counts[processor.state];
    std::string text;
    for (const auto& [state, count] : counts)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name_of(state));
    return text.empty() ? "none" : text;
}

std::uint64_t in_flight(const InstanceReport& report) {
    std::uint64_t sum = 0;
    for (const ReactorReport& reactor : report.reactors) sum += reactor.in_flight;
    return sum;
}

std::size_t hanging_count(const InstanceReport& report) {
    return static_cast<std::size_t>(
        std::count_if(report.reactors.begin(), report.reactors.end(),
                      [](const ReactorReport& reactor) { return reactor.is_hanging; }));
}

// One object for each item; `write` adds its fields.
template <typename Items, typename Write>
std::string json_array(const Items& items, Write write) {
    JsonWriter json;
    json.begin_array();
    for (const auto& item : items) {
        json.begin_object();
        write(json, item);
        json.end_object();
    }
    return json.end_array().text();
}

}  // namespace

std::string status_text(const InstanceReport& report, Nanos age_ns) {
    std::string text = fmt::format("{} is {} (process {}, version {}, for {})\n", report.name, report.phase,
                                   ::getpid(), PROSA_VERSION, human_duration(age_ns));
    text += fmt::format("  processors     {}\n", counted_states(report));
    text += fmt::format("  services       {}\n", report.services.size());
    text += fmt::format("  reactors       {}, {} hanging\n", report.reactors.size(), hanging_count(report));
    text += fmt::format("  in flight      {}\n", in_flight(report));
    text += fmt::format("  service table  version {}, {} old snapshots held\n", report.table_version,
                        report.table_snapshots_pinned);
    for (const std::string& warning : report.warnings) text += fmt::format("warning: {}\n", warning);
    return text;
}

std::string processors_text(const InstanceReport& report) {
    TextTable table({"processor", "id", "kind", "adaptor", "state", "queues", "restarts", "accepted",
                     "responses", "errors", "received", "kept", "last error"});
    for (const ProcessorReport& processor : report.processors) {
        const ProcessorSums sums(processor);
        table.add_row(processor.name, value_of(processor.id), processor.kind, or_dash(processor.adaptor),
                      name_of(processor.state), processor.queues.size(), processor.restarts, sums.accepted,
                      sums.responses, sums.errors, sums.received, sums.kept,
                      or_dash(one_line(sums.last_error)));
    }
    return table.text();
}

std::string services_text(const InstanceReport& report) {
    TextTable table({"service", "policy", "state", "providers"});
    for (const ServiceReport& service : report.services) {
        std::string providers;
        for (const ProviderId& provider : service.providers)
            providers += (providers.empty() ? "" : ", ") + provider_name(report, provider);
        const std::string state = service.is_withdrawn        ? "withdrawn"
                                  : service.providers.empty() ? "no provider"
                                                              : "provided";
        table.add_row(service.name, name_of(service.policy), state, or_dash(providers));
    }
    return table.text();
}

std::string reactors_text(const InstanceReport& report) {
    TextTable table({"reactor", "state", "cpu", "duty %", "in flight", "credit", "waiting", "most", "kept",
                     "outbox", "placement"});
    for (const ReactorReport& reactor : report.reactors)
        table.add_row(value_of(reactor.id), reactor.is_hanging ? "hanging" : name_of(reactor.state),
                      reactor.cpu ? fmt::format("{}", *reactor.cpu) : "-",
                      fmt::format("{:.2f}", duty_percent(reactor)), reactor.in_flight, reactor.credit_in_use,
                      reactor.queue_depth, reactor.queue_depth_high_water, reactor.kept_blocks,
                      reactor.outbox, reactor.placement);
    return table.text();
}

std::string status_json(const InstanceReport& report, Nanos age_ns) {
    JsonWriter json;
    json.begin_object()
        .field("name", report.name)
        .field("phase", report.phase)
        .field("process", ::getpid())
        .field("version", PROSA_VERSION)
        .field("age_ns", age_ns)
        .field("processors", report.processors.size())
        .field("services", report.services.size())
        .field("reactors", report.reactors.size())
        .field("hanging_reactors", hanging_count(report))
        .field("in_flight", in_flight(report))
        .field("table_version", report.table_version)
        .field("table_snapshots_pinned", report.table_snapshots_pinned)
        .key("warnings")
        .begin_array();
    for (const std::string& warning : report.warnings) json.value(warning);
    return json.end_array().end_object().text();
}

std::string processors_json(const InstanceReport& report) {
    return json_array(report.processors, [](JsonWriter& json, const ProcessorReport& processor) {
        const ProcessorSums sums(processor);
        json.field("name", processor.name)
            .field("id", value_of(processor.id))
            .field("kind", processor.kind)
            .field("adaptor", processor.adaptor)
            .field("state", name_of(processor.state))
            .field("metric", processor_metric(processor))
            .field("queues", processor.queues.size())
            .field("restarts", processor.restarts)
            .field("accepted", sums.accepted)
            .field("responses", sums.responses)
            .field("errors", sums.errors)
            .field("received", sums.received)
            .field("kept", sums.kept)
            .field("last_error", sums.last_error);
    });
}

std::string services_json(const InstanceReport& report) {
    return json_array(report.services, [&report](JsonWriter& json, const ServiceReport& service) {
        json.field("name", service.name)
            .field("policy", name_of(service.policy))
            .field("is_withdrawn", service.is_withdrawn)
            .key("providers")
            .begin_array();
        for (const ProviderId& provider : service.providers) json.value(provider_name(report, provider));
        json.end_array();
    });
}

std::string reactors_json(const InstanceReport& report) {
    return json_array(report.reactors, [](JsonWriter& json, const ReactorReport& reactor) {
        json.field("id", value_of(reactor.id)).field("state", name_of(reactor.state)).key("cpu");
        reactor.cpu ? json.value(*reactor.cpu) : json.null();
        json.field("is_hanging", reactor.is_hanging)
            .field("duty_percent", duty_percent(reactor))
            .field("in_flight", reactor.in_flight)
            .field("credit_in_use", reactor.credit_in_use)
            .field("queue_depth", reactor.queue_depth)
            .field("queue_depth_high_water", reactor.queue_depth_high_water)
            .field("kept_blocks", reactor.kept_blocks)
            .field("body_blocks", reactor.body_blocks)
            .field("outbox", reactor.outbox)
            .field("placement", reactor.placement);
    });
}

}  // namespace prosa
