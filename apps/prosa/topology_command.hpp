// apps/prosa/topology_command.hpp: `prosa topology`: what the machine offers, and what it would be used for.
#pragma once

#include <string>

#include "apps/prosa/command_line.hpp"
#include "core/base/export.hpp"
#include "core/bus/processor_registry.hpp"
#include "core/reactor/topology.hpp"

namespace prosa {

// CPUs, quota, clock and memory pages, with a warning and a remedy for each thing that costs latency.
PROSA_API std::string topology_text(const Topology& topology);

PROSA_API int topology_command(const TopologyArguments& options, const ProcessorRegistry& registry);

}  // namespace prosa
