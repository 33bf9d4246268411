#include "test/simulation/inspection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "apps/prosa/instance_ledger.hpp"

namespace prosa::simulation {
namespace {

using CallerValues = CounterBlock<CallerCounter>::Values;
using CalleeValues = CounterBlock<CalleeCounter>::Values;

std::uint64_t at(const CallerValues& values, CallerCounter name) {
    return values[static_cast<std::size_t>(name)];
}
std::uint64_t at(const CalleeValues& values, CalleeCounter name) {
    return values[static_cast<std::size_t>(name)];
}

template <typename Values>
std::uint64_t sum_from(const Values& values, std::size_t first) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first);
    return std::accumulate(begin, begin + error_codes, std::uint64_t{0});
}

std::uint64_t outcomes(const CallerValues& values) {
    return sum_from(values, static_cast<std::size_t>(CallerCounter::outcome_none));
}
std::uint64_t answers(const CalleeValues& values) {
    return sum_from(values, static_cast<std::size_t>(CalleeCounter::answered_none));
}

template <typename Visit>
void for_each_queue(const InstanceReport& report, Visit&& visit) {
    for (const auto* const processors : {&report.processors, &report.removed})
        for (const ProcessorReport& processor : *processors)
            for (const QueueReport& queue : processor.queues) visit(processor, queue);
}

void add(CallerValues& sums, const CallerValues& values) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
}

bool hangs(const InstanceReport& report, ReactorId id) {
    for (const ReactorReport& reactor : report.reactors)
        if (reactor.id == id) return reactor.is_hanging;
    return false;
}

void inspect_providers(World& world, const InstanceReport& report) {
    for_each_queue(report, [&](const ProcessorReport& processor, const QueueReport& queue) {
        if (!hangs(report, queue.reactor)) return;
        const ProviderId id{processor.id, queue.queue};
        for (const ServiceReport& service : report.services)
            for (const ProviderId& provider : service.providers)
                if (provider == id)
                    world.ledger.fault(processor.name + ": it hangs, and requests still go to it");
    });
}

std::string_view service_of(std::string_view processor) {
    if (processor.starts_with("chaos")) return "CHAOS";
    if (processor == "pool") return "SHARED";
    if (processor == "extra") return "EXTRA";
    if (processor == "flood-1") return "FLOOD-1";
    return processor == "flood-2" ? "FLOOD-2" : "";
}

bool has_provider(const InstanceReport& report, std::string_view name, ProviderId id) {
    for (const ServiceReport& service : report.services)
        for (const ProviderId& provider : service.providers)
            if (service.name == name && provider == id) return true;
    return false;
}

bool is_withdrawn(const InstanceReport& report, std::string_view name) {
    return std::any_of(report.services.begin(), report.services.end(), [&](const ServiceReport& service) {
        return service.name == name && service.is_withdrawn;
    });
}

bool runs(const QueueReport& queue) { return queue.state == ProcessorState::running && queue.is_registered; }

enum class When { any_time, at_rest };

// Who runs is in the table, also after hangs, failures and restarts; before the rest, unless its reactor hangs or the
// service is withdrawn. Shards with one queue are one provider.
bool can_be_reached(const InstanceReport& report, const ProcessorReport& processor, When when) {
    const std::string_view service = service_of(processor.name);
    if (service.empty() || (when == When::any_time && is_withdrawn(report, service))) return true;
    const auto is_there = [&](const QueueReport& queue) {
        return has_provider(report, service, {processor.id, queue.queue});
    };
    const auto may_serve = [&](const QueueReport& queue) {
        return runs(queue) && (when == When::at_rest || !hangs(report, queue.reactor));
    };
    const auto& queues = processor.queues;
    if (processor.name == "pool")
        return std::none_of(queues.begin(), queues.end(), may_serve) ||
               std::any_of(queues.begin(), queues.end(), is_there);
    return std::all_of(queues.begin(), queues.end(),
                       [&](const QueueReport& queue) { return !may_serve(queue) || is_there(queue); });
}

void compare(World& world, const char* what, std::uint64_t counted, std::uint64_t known) {
    if (counted != known)
        world.ledger.fault(fmt::format("{}: {} were counted, {} were seen", what, counted, known));
}

}  // namespace

void inspect(World& world, const InstanceReport& report) {
    inspect_providers(world, report);
    for (const ReactorReport& reactor : report.reactors) {
        if (reactor.duplicate != 0) world.ledger.fault("a reply that nothing waited for");
        if (reactor.credit_in_use > world.bus.pending_limit)
            world.ledger.fault("more credit in use than there is");
        if (reactor.in_flight > reactor.credit_in_use)
            world.ledger.fault("requests in flight that hold no credit");
    }
    for_each_queue(report, [&](const ProcessorReport& processor, const QueueReport& queue) {
        if (answers(queue.callee) > at(queue.callee, CalleeCounter::received))
            world.ledger.fault(processor.name + ": more answers than requests");
        if (outcomes(queue.caller) + at(queue.caller, CallerCounter::abandoned) >
            at(queue.caller, CallerCounter::accepted))
            world.ledger.fault(processor.name + ": more outcomes than requests");
        if (queue.kept < 0 || queue.kept_high_water > static_cast<std::int64_t>(world.bus.kept_limit))
            world.ledger.fault(processor.name + ": more kept requests than its limit");
    });
}

void inspect_services(World& world, const InstanceReport& report) {
    for (const ProcessorReport& processor : report.processors)
        if (!can_be_reached(report, processor, When::any_time))
            world.ledger.fault(processor.name + ": it runs, does not hang, and no request goes to it");
}

bool have_all_ended(const InstanceReport& report) {
    return std::all_of(report.reactors.begin(), report.reactors.end(),
                       [](const ReactorReport& reactor) { return reactor.state == ReactorState::ended; });
}

bool is_empty(const InstanceReport& report) {
    for (const ReactorReport& reactor : report.reactors)
        if (reactor.in_flight != 0 || reactor.kept_blocks != 0 || reactor.body_blocks != 0 ||
            reactor.outbox != 0 || reactor.credit_in_use != 0 || reactor.queue_depth != 0)
            return false;
    return true;
}

bool is_settled(const InstanceReport& report) {
    return std::all_of(
        report.processors.begin(), report.processors.end(), [&](const ProcessorReport& processor) {
            return can_be_reached(report, processor, When::at_rest) &&
                   std::all_of(processor.queues.begin(), processor.queues.end(),
                               [](const QueueReport& queue) {
                                   return runs(queue) || queue.state == ProcessorState::crashed;
                               });
        });
}

std::string disagreement(const InstanceReport& report, const CallerValues& visited) {
    InstanceLedger sides = make_ledger(report, LoadBoard());
    sides.requesters.push_back({"clients", visited});
    const std::vector<std::string> found = sides.disagreements();
    return found.empty() ? std::string() : found.front();
}

void inspect_sums(World& world, const InstanceReport& report, const CallerValues& visited) {
    if (const std::string differs = disagreement(report, visited); !differs.empty())
        world.ledger.fault(differs);
    CallerValues sums = visited;
    for_each_queue(report, [&](const ProcessorReport& processor, const QueueReport& queue) {
        if (queue.kept != 0) world.ledger.fault(processor.name + ": it still keeps a request");
        if (processor.name != "router") add(sums, queue.caller);
    });
    const Ledger& ledger = world.ledger;
    compare(world, "accepted requests", at(sums, CallerCounter::accepted), ledger.accepted());
    // What ends while its incarnation has failed, and is not ended yet, is an outcome that no handler sees.
    std::uint64_t seen = 0;
    for (std::size_t code = 0; code < error_codes; ++code) {
        const std::uint64_t counted = sums[static_cast<std::size_t>(CallerCounter::outcome_none) + code];
        if (counted < ledger.ended_with(code))
            compare(world, "outcomes of one code", counted, ledger.ended_with(code));
        seen += ledger.ended_with(code);
    }
    compare(world, "ends of requests", outcomes(sums) + at(sums, CallerCounter::abandoned),
            seen + ledger.abandoned());
}

void note_branches(Reached& reached, const CallerValues& caller) {
    reached.add(Branch::refused_unreachable, at(caller, CallerCounter::refused_unreachable));
    reached.add(Branch::refused_credit, at(caller, CallerCounter::refused_credit));
    reached.add(Branch::refused_ring, at(caller, CallerCounter::refused_ring));
    reached.add(Branch::refused_memory, at(caller, CallerCounter::refused_memory));
    reached.add(Branch::late_reply_dropped, at(caller, CallerCounter::late));
}

void note_branches(Reached& reached, const InstanceReport& report) {
    for (const ReactorReport& reactor : report.reactors)
        reached.add(Branch::unreachable_incarnation, reactor.unreachable);
    bool found_full[2] = {};
    for_each_queue(report, [&](const ProcessorReport& processor, const QueueReport& queue) {
        if (processor.name.starts_with("flood-") && at(queue.caller, CallerCounter::refused_ring) != 0)
            found_full[processor.name == "flood-1" ? 0 : 1] = true;
        note_branches(reached, queue.caller);
        reached.add(Branch::expired_before_handler, at(queue.callee, CalleeCounter::answered_timeout));
    });
    if (found_full[0] && found_full[1]) reached.add(Branch::flooded_both_ways);
}

}  // namespace prosa::simulation
