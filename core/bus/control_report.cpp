#include <algorithm>

#include "core/bus/control.hpp"

namespace prosa {
namespace {

// A processor runs when any queue does; what an operator has to see comes first.
ProcessorState state_of(const ProcessorRecord& processor) {
    constexpr std::array order = {ProcessorState::crashed, ProcessorState::running, ProcessorState::starting,
                                  ProcessorState::backing_off, ProcessorState::created};
    for (const ProcessorState state : order)
        if (std::any_of(processor.queues.begin(), processor.queues.end(),
                        [state](const QueueRecord& queue) { return queue.state == state; }))
            return state;
    return processor.queues.empty() ? ProcessorState::created : ProcessorState::stopped;
}

QueueReport report_of(const QueueRecord& queue) {
    QueueReport report;
    report.queue = queue.key.queue;
    report.reactor = queue.host->id;
    report.state = queue.state;
    report.incarnation = queue.incarnation;
    report.is_registered = queue.provider.has_value();
    report.restarts = queue.restarts;
    report.last_error = queue.last_error;
    report.caller = queue.shard->counters.values();
    report.callee = queue.shard->callee_counters.values();
    report.kept = queue.shard->kept.value();
    report.kept_high_water = queue.shard->kept.high_water();
    report.latency = &queue.shard->latency;
    return report;
}

ProcessorReport report_of(const ProcessorRecord& processor) {
    ProcessorReport report;
    report.id = processor.id;
    report.name = processor.definition->name;
    report.kind = processor.definition->kind;
    report.adaptor = processor.definition->adaptor;
    report.state = state_of(processor);
    for (const QueueRecord& queue : processor.queues) {
        report.queues.push_back(report_of(queue));
        report.restarts += queue.restarts;
    }
    return report;
}

ReactorReport report_of(const HostedReactor& hosted) {
    const NodeStatus<>& status = hosted.node->status();
    ReactorReport report;
    report.id = hosted.id;
    report.state = hosted.reactor->state();
    report.is_hanging = hosted.hang.is_hanging();
    report.cpu = hosted.cpu;
    report.placement = hosted.placement;
    report.counters = hosted.reactor->counters().values();
    report.in_flight = status.in_flight.load(std::memory_order_relaxed);
    report.kept_blocks = status.kept_blocks.load(std::memory_order_relaxed);
    report.body_blocks = status.body_blocks.load(std::memory_order_relaxed);
    report.outbox = status.outbox.load(std::memory_order_relaxed);
    report.credit_in_use = status.credit_in_use.load(std::memory_order_relaxed);
    report.queue_depth = status.waiting.load(std::memory_order_relaxed);
    report.queue_depth_high_water = status.waiting_high_water.load(std::memory_order_relaxed);
    report.unreachable = hosted.node->responder().unreachable_count();
    report.duplicate = hosted.node->requester().duplicate_count();
    return report;
}

}  // namespace

std::string_view name_of(ProcessorState state) noexcept {
    switch (state) {
        case ProcessorState::created:
            return "created";
        case ProcessorState::starting:
            return "starting";
        case ProcessorState::running:
            return "running";
        case ProcessorState::backing_off:
            return "backing_off";
        case ProcessorState::stopped:
            return "stopped";
        case ProcessorState::crashed:
            return "crashed";
    }
    return "unknown";
}

bool BusMain::Control::are_all_running() const {
    return std::all_of(processors_.begin(), processors_.end(), [](const ProcessorRecord& processor) {
        return std::all_of(processor.queues.begin(), processor.queues.end(),
                           [](const QueueRecord& queue) { return queue.state == ProcessorState::running; });
    });
}

bool BusMain::Control::has_crashed() const {
    return std::any_of(processors_.begin(), processors_.end(), [](const ProcessorRecord& processor) {
        return state_of(processor) == ProcessorState::crashed;
    });
}

InstanceReport BusMain::Control::report() const {
    constexpr std::array phases = {"created", "running", "stopping", "stopping", "stopped"};
    InstanceReport report;
    report.name = options_.name;
    report.phase = phases[static_cast<std::size_t>(phase_)];
    report.table_version = publisher_.version();
    report.table_snapshots_pinned = publisher_.pinned_count();
    report.warnings = warnings_;
    for (const ProcessorRecord& processor : processors_) report.processors.push_back(report_of(processor));
    for (const ProcessorRecord& processor : removed_) report.removed.push_back(report_of(processor));
    for (const auto& service : publisher_.services()) {
        if (!service.was_provided) continue;
        ServiceReport& shown = report.services.emplace_back();
        shown.name = service.name;
        shown.policy = service.policy;
        shown.is_withdrawn = service.is_withdrawn;
        for (const Provider& provider : service.effective) shown.providers.push_back(provider.id);
    }
    for (const HostedReactor& hosted : reactors_) report.reactors.push_back(report_of(hosted));
    return report;
}

}  // namespace prosa
