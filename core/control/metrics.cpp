#include "core/control/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/control/metrics_writer.hpp"

namespace prosa {
namespace {

constexpr auto caller_outcomes = static_cast<std::size_t>(CallerCounter::outcome_none);
constexpr auto callee_answers = static_cast<std::size_t>(CalleeCounter::answered_none);

std::string text_of(ProcessorId id) { return std::to_string(value_of(id)); }

template <typename Pick>
auto sum_of(const ProcessorReport& processor, Pick pick) -> decltype(pick(processor.queues.front())) {
    decltype(pick(processor.queues.front())) sum{};
    for (const QueueReport& queue : processor.queues) sum += pick(queue);
    return sum;
}

std::uint64_t sum_of(const ProcessorReport& processor, CallerCounter counter) {
    return sum_of(processor, [counter](const QueueReport& queue) {
        return queue.caller[static_cast<std::size_t>(counter)];
    });
}

std::uint64_t sum_of(const ProcessorReport& processor, CalleeCounter counter) {
    return sum_of(processor, [counter](const QueueReport& queue) {
        return queue.callee[static_cast<std::size_t>(counter)];
    });
}

// --- ProSA's
// ------------------------------------------------------------------------------------------------------

void write_memory(MetricsWriter& metrics, const ProcessMemory& memory) {
    metrics.family("prosa_main_ram", MetricKind::gauge, "Memory of the process, in bytes.");
    metrics.sample({{"type", "physical"}}, memory.physical_bytes);
    metrics.sample({{"type", "virtual"}}, memory.virtual_bytes);
}

void write_services(MetricsWriter& metrics, const InstanceReport& report) {
    metrics.family("prosa_services", MetricKind::gauge,
                   "Providers of a service, and 1 for each link to one.");
    for (const ServiceReport& service : report.services) {
        metrics.sample({{"type", "node"}, {"id", service.name}}, std::uint64_t{service.providers.size()});
        std::vector<ProcessorId> targets;
        for (const ProviderId& provider : service.providers) targets.push_back(provider.processor);
        std::sort(targets.begin(), targets.end());
        targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
        for (const ProcessorId target : targets) {
            const std::string id = fmt::format("{}/{}", service.name, value_of(target));
            metrics.sample(
                {{"type", "link"}, {"id", id}, {"source", service.name}, {"target", text_of(target)}},
                std::uint64_t{1});
        }
    }
}

void write_processors(MetricsWriter& metrics, const InstanceReport& report) {
    metrics.family(
        "prosa_processors", MetricKind::gauge,
        "Restarts of a processor while it runs, -1 stopped, -2 crashed; and its registered queues.");
    for (const ProcessorReport& processor : report.processors) {
        const std::string id = text_of(processor.id);
        metrics.sample({{"type", "node"}, {"id", id}, {"title", processor.name}},
                       processor_metric(processor));
        metrics.sample({{"type", "queues"}, {"id", id}, {"title", processor.name}},
                       sum_of(processor, [](const QueueReport& queue) -> std::uint64_t {
                           return queue.is_registered ? 1 : 0;
                       }));
    }
}

HdrHistogram total_of(const IntervalHistogram& source) {
    HdrHistogram total(source.layout().range());
    IntervalReader(source).read_total(total);
    return total;
}

// The shards `injector-1/1` of an injector count for `injector-1`.
struct InjectorSeries {
    std::string_view processor;
    std::string_view service;
    std::vector<LoadStats*> shards;
};

std::vector<InjectorSeries> injector_series(const std::vector<std::shared_ptr<LoadStats>>& sources) {
    std::vector<InjectorSeries> series;
    for (const auto& source : sources) {
        const std::string_view name = std::string_view(source->name).substr(0, source->name.find('/'));
        const auto known = std::find_if(series.begin(), series.end(), [&](const InjectorSeries& each) {
            return each.processor == name && each.service == source->service;
        });
        InjectorSeries& found =
            known != series.end() ? *known : series.emplace_back(InjectorSeries{name, source->service, {}});
        found.shards.push_back(source.get());
    }
    return series;
}

void write_injectors(MetricsWriter& metrics, const LoadBoard& board) {
    const auto sources = board.sources();
    metrics.family("prosa_inj_request_duration", MetricKind::histogram,
                   "Time from sending a request to its outcome, in seconds.");
    for (const InjectorSeries& series : injector_series(sources)) {
        for (std::uint8_t code = 0; code < service_error_count; ++code) {
            HdrHistogram total;
            for (LoadStats* const shard : series.shards)
                total.add(total_of(shard->outcome_time(static_cast<ServiceError>(code))));
            if (total.total_count() == 0 && code != 0) continue;
            metrics.histogram(
                {{"proc", series.processor}, {"service", series.service}, {"err_code", std::to_string(code)}},
                total);
        }
    }
}

// --- ours: processors
// ----------------------------------------------------------------------------------------------

class ProcessorMetrics {
  public:
    ProcessorMetrics(MetricsWriter& metrics, const InstanceReport& report)
        : metrics_(metrics), report_(report) {}

    void write() {
        write_requests();
        write_answers();
        gauge("prosa_kept", "Kept requests.", [](const QueueReport& queue) { return queue.kept; });
        gauge("prosa_kept_high_water", "The most requests that were ever kept at once, summed over queues.",
              [](const QueueReport& queue) { return queue.kept_high_water; });
        metrics_.family("prosa_restarts_total", MetricKind::counter, "Restarts after recoverable errors.");
        for (const ProcessorReport& processor : report_.processors)
            metrics_.sample({{"proc", processor.name}}, processor.restarts);
    }

  private:
    void write_requests() {
        counter("prosa_requests_accepted_total", "Requests sent; each has one outcome.",
                CallerCounter::accepted);
        by_code(
            "prosa_outcomes_total", "Outcomes of the requests sent, by service error code.",
            [](const QueueReport& queue, std::size_t code) { return queue.caller[caller_outcomes + code]; });
        counter("prosa_requests_abandoned_total", "Requests whose sender ended before their outcome.",
                CallerCounter::abandoned);
        counter("prosa_replies_late_total", "Replies that came after the outcome.", CallerCounter::late);
        write_refused();
        metrics_.family("prosa_request_duration_seconds", MetricKind::histogram,
                        "Time from sending a request to its response.");
        for (const ProcessorReport& processor : report_.processors) {
            HdrHistogram total(latency_range);
            for (const QueueReport& queue : processor.queues)
                if (queue.latency != nullptr) total.add(total_of(*queue.latency));
            metrics_.histogram({{"proc", processor.name}}, total);
        }
    }

    void write_refused() {
        constexpr std::array<std::pair<std::string_view, CallerCounter>, 4> reasons = {
            {{"unreachable", CallerCounter::refused_unreachable},
             {"credit", CallerCounter::refused_credit},
             {"ring", CallerCounter::refused_ring},
             {"memory", CallerCounter::refused_memory}}};
        metrics_.family("prosa_requests_refused_total", MetricKind::counter,
                        "Requests refused before they were sent.");
        for (const ProcessorReport& processor : report_.processors)
            for (const auto& [reason, refused] : reasons)
                metrics_.sample({{"proc", processor.name}, {"reason", reason}}, sum_of(processor, refused));
    }

    void write_answers() {
        counter("prosa_received_total", "Requests received.", CalleeCounter::received);
        by_code(
            "prosa_answers_total", "Answers given, by service error code.",
            [](const QueueReport& queue, std::size_t code) { return queue.callee[callee_answers + code]; });
        counter("prosa_keep_refused_total", "Requests that could not be kept.", CalleeCounter::refused_keep);
        counter("prosa_duplicate_answers_total", "Second answers to one request.",
                CalleeCounter::refused_answer);
    }

    template <typename Counter>
    void counter(std::string_view name, std::string_view help, Counter which) {
        metrics_.family(name, MetricKind::counter, help);
        for (const ProcessorReport& processor : report_.processors)
            metrics_.sample({{"proc", processor.name}}, sum_of(processor, which));
    }

    template <typename Pick>
    void gauge(std::string_view name, std::string_view help, Pick pick) {
        metrics_.family(name, MetricKind::gauge, help);
        for (const ProcessorReport& processor : report_.processors)
            metrics_.sample({{"proc", processor.name}}, sum_of(processor, pick));
    }

    template <typename Pick>
    void by_code(std::string_view name, std::string_view help, Pick pick) {
        metrics_.family(name, MetricKind::counter, help);
        for (const ProcessorReport& processor : report_.processors)
            for (std::size_t code = 0; code < service_error_count; ++code)
                metrics_.sample(
                    {{"proc", processor.name}, {"err_code", std::to_string(code)}},
                    sum_of(processor, [&](const QueueReport& queue) { return pick(queue, code); }));
    }

    MetricsWriter& metrics_;
    const InstanceReport& report_;
};

// --- ours: reactors and the instance
// ---------------------------------------------------------------------------------

template <typename Pick>
void write_reactors(MetricsWriter& metrics, const InstanceReport& report, std::string_view name,
                    MetricKind kind, std::string_view help, Pick pick) {
    metrics.family(name, kind, help);
    for (const ReactorReport& reactor : report.reactors)
        metrics.sample({{"reactor", std::to_string(value_of(reactor.id))}}, pick(reactor));
}

void write_turns(MetricsWriter& metrics, const InstanceReport& report) {
    const auto counter = [&](std::string_view name, std::string_view help, ReactorCounter which) {
        write_reactors(metrics, report, name, MetricKind::counter, help,
                       [which](const ReactorReport& reactor) {
                           return reactor.counters[static_cast<std::size_t>(which)];
                       });
    };
    counter("prosa_reactor_turns_total", "Turns of a reactor.", ReactorCounter::turns);
    counter("prosa_reactor_busy_turns_total", "Turns that found work.", ReactorCounter::busy_turns);
    counter("prosa_reactor_parks_total", "Times a reactor slept.", ReactorCounter::parks);
    counter("prosa_reactor_wake_ups_total", "Sleeps that a message ended.", ReactorCounter::wake_ups);
    write_reactors(metrics, report, "prosa_reactor_duty_cycle", MetricKind::gauge,
                   "Share of the turns that found work, 0 to 1.", [](const ReactorReport& reactor) {
                       const auto turns = reactor.counters[static_cast<std::size_t>(ReactorCounter::turns)];
                       const auto busy =
                           reactor.counters[static_cast<std::size_t>(ReactorCounter::busy_turns)];
                       return turns == 0 ? 0.0 : static_cast<double>(busy) / static_cast<double>(turns);
                   });
}

void write_load(MetricsWriter& metrics, const InstanceReport& report) {
    const auto gauge = [&](std::string_view name, std::string_view help, auto pick) {
        write_reactors(metrics, report, name, MetricKind::gauge, help,
                       [pick](const ReactorReport& reactor) { return std::uint64_t{pick(reactor)}; });
    };
    gauge("prosa_reactor_hanging", "1 while a reactor does not turn.",
          [](const ReactorReport& reactor) { return reactor.is_hanging ? 1U : 0U; });
    gauge("prosa_reactor_in_flight", "Requests sent from here without an outcome.",
          [](const ReactorReport& reactor) { return reactor.in_flight; });
    gauge("prosa_reactor_credit_in_use",
          "Requests sent from here whose answer has not come, timed-out ones included.",
          [](const ReactorReport& reactor) { return reactor.credit_in_use; });
    gauge("prosa_reactor_queue_depth", "Requests that waited here at the last reading.",
          [](const ReactorReport& reactor) { return reactor.queue_depth; });
    gauge("prosa_reactor_queue_depth_high_water", "The most requests that were found waiting here.",
          [](const ReactorReport& reactor) { return reactor.queue_depth_high_water; });
    gauge("prosa_reactor_kept_blocks", "Blocks that hold kept requests.",
          [](const ReactorReport& reactor) { return reactor.kept_blocks; });
    gauge("prosa_reactor_body_blocks", "Blocks that hold large bodies.",
          [](const ReactorReport& reactor) { return reactor.body_blocks; });
    gauge("prosa_reactor_outbox", "Answers that wait for room.",
          [](const ReactorReport& reactor) { return reactor.outbox; });
    write_reactors(metrics, report, "prosa_reactor_unreachable_total", MetricKind::counter,
                   "Requests for an incarnation that was gone.",
                   [](const ReactorReport& reactor) { return reactor.unreachable; });
    write_reactors(metrics, report, "prosa_reactor_duplicate_total", MetricKind::counter,
                   "Replies that nothing waited for.",
                   [](const ReactorReport& reactor) { return reactor.duplicate; });
}

void write_table(MetricsWriter& metrics, const InstanceReport& report) {
    metrics.family("prosa_table_version", MetricKind::counter, "Version of the service table.");
    metrics.sample({}, report.table_version);
    metrics.family("prosa_table_snapshots_pinned", MetricKind::gauge,
                   "Old service tables that a reader still holds.");
    metrics.sample({}, report.table_snapshots_pinned);
}

void write_transaction_log(MetricsWriter& metrics, const TransactionLogCounts& counts) {
    metrics.family("prosa_transaction_log_written_total", MetricKind::counter,
                   "Lines of the transaction log.");
    metrics.sample({}, counts.written);
    metrics.family("prosa_transaction_log_dropped_total", MetricKind::counter, "Requests that got no line.");
    metrics.sample({}, counts.dropped);
}

}  // namespace

std::int64_t processor_metric(const ProcessorReport& processor) noexcept {
    switch (processor.state) {
        case ProcessorState::running:
            return static_cast<std::int64_t>(processor.restarts);
        case ProcessorState::crashed:
            return -2;
        default:
            return -1;
    }
}

std::string metrics_text(const InstanceReport& report, const MetricsExtras& extras) {
    MetricsWriter metrics;
    if (extras.memory) write_memory(metrics, *extras.memory);
    write_services(metrics, report);
    write_processors(metrics, report);
    if (extras.load_board != nullptr) write_injectors(metrics, *extras.load_board);
    ProcessorMetrics(metrics, report).write();
    write_turns(metrics, report);
    write_load(metrics, report);
    write_table(metrics, report);
    if (extras.transaction_log) write_transaction_log(metrics, *extras.transaction_log);
    return metrics.text();
}

}  // namespace prosa
