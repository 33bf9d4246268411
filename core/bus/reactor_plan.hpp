// core/bus/reactor_plan.hpp: which queue runs on which reactor, and which reactor on which CPU. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/reactor/topology.hpp"

namespace prosa {

struct HostingPlan {
    ReactorPlan reactors;                              // for people, and the CPUs
    std::vector<std::vector<std::uint32_t>> of_queue;  // [processor][queue] -> place in reactors
};

// Reactors named by `reactor: n` come first, by their number; then the shared one of `threads: 0`; then those of
// processors and shards that have their own, in the order of the definitions.
PROSA_API HostingPlan plan_hosting(const InstanceOptions& options,
                                   const std::vector<std::shared_ptr<const ProcessorDefinition>>& processors,
                                   const Topology& topology);

// `router-1`, or `router-1/2` for one shard of several.
PROSA_API std::string queue_name(const ProcessorDefinition& definition, std::uint32_t queue);

}  // namespace prosa
