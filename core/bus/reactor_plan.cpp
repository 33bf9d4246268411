#include "core/bus/reactor_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/bus/message_pools.hpp"
#include "core/bus/pending_table.hpp"
#include "core/reactor/pin_plan.hpp"

namespace prosa {
namespace {

class Planner {
  public:
    Planner(const InstanceOptions& options, HostingPlan& plan) : plan_(plan) {
        for (std::uint32_t i = 0; i < options.reactors.value_or(0); ++i) add_reactor();
        configured_count_ = static_cast<std::uint32_t>(plan_.reactors.reactors.size());
    }

    // Reactors with a number of their own keep it, so all are made before the others.
    void reserve_numbers(const ProcessorDefinition& definition) {
        if (!definition.reactor) return;
        while (configured_count_ <= *definition.reactor) {
            add_reactor();
            ++configured_count_;
        }
    }

    void place(const ProcessorDefinition& definition) {
        auto& of_queue = plan_.of_queue.emplace_back();
        const std::uint32_t queues = std::max(definition.threads, 1U);
        for (std::uint32_t queue = 0; queue < queues; ++queue) {
            const std::uint32_t at = reactor_for(definition);
            plan_.reactors.reactors[at].queues.push_back(queue_name(definition, queue));
            if (definition.cpu && queue == 0) requests[at].cpu = static_cast<int>(*definition.cpu);
            of_queue.push_back(at);
        }
    }

    std::vector<PinRequest> requests;

  private:
    std::uint32_t add_reactor() {
        const auto at = static_cast<std::uint32_t>(plan_.reactors.reactors.size());
        plan_.reactors.reactors.emplace_back().id = static_cast<ReactorId>(at);
        requests.emplace_back();
        return at;
    }

    std::uint32_t reactor_for(const ProcessorDefinition& definition) {
        if (definition.reactor) return *definition.reactor;
        if (definition.threads != 0) return add_reactor();
        if (!shared_) shared_ = add_reactor();
        return *shared_;
    }

    HostingPlan& plan_;
    std::uint32_t configured_count_ = 0;
    std::optional<std::uint32_t> shared_;
};

std::size_t memory_of(const BusOptions& bus, const std::vector<ReactorPlan::Entry>& reactors) {
    std::size_t bytes = 0;
    for (const auto& reactor : reactors) {
        const MessagePools pools(reactor.id, bus, static_cast<std::uint32_t>(reactor.queues.size()));
        bytes += pools.kept.memory_bytes() + pools.bodies.memory_bytes();
        bytes += std::size_t{bus.pending_limit} * sizeof(PendingEntry);
        // A ring pair to every reactor, at most.
        bytes += 2 * std::size_t{bus.ring_slots} * bus.slot_bytes * reactors.size();
    }
    return bytes;
}

}  // namespace

std::string queue_name(const ProcessorDefinition& definition, std::uint32_t queue) {
    return definition.threads > 1 ? fmt::format("{}/{}", definition.name, queue) : definition.name;
}

HostingPlan plan_hosting(const InstanceOptions& options,
                         const std::vector<std::shared_ptr<const ProcessorDefinition>>& processors,
                         const Topology& topology) {
    HostingPlan plan;
    Planner planner(options, plan);
    for (const auto& processor : processors) planner.reserve_numbers(*processor);
    for (const auto& processor : processors) planner.place(*processor);

    auto& reactors = plan.reactors.reactors;
    const PinPlan pins = plan_pinning(topology, planner.requests);
    for (std::size_t i = 0; i < reactors.size(); ++i) {
        if (options.pins_reactors && pins.reactors[i].cpu)
            reactors[i].cpu = static_cast<std::uint32_t>(*pins.reactors[i].cpu);
        reactors[i].placement = options.pins_reactors ? pins.reactors[i].reason : "pinning is off";
    }
    plan.reactors.warnings = pins.warnings;
    plan.reactors.memory_bytes = memory_of(options.bus, reactors);
    return plan;
}

}  // namespace prosa
