// core/reactor/pin_plan.hpp: which reactor runs on which CPU, decided before any thread starts.
//
// Pure: topology and requests in, decisions and texts out. A wish that cannot be met is degraded with a warning,
// never an error: a program that was configured for a large machine still runs on a small one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/reactor/topology.hpp"

namespace prosa {

// What the configuration says about one reactor; nothing: any CPU.
struct PinRequest {
    std::optional<int> cpu;
};

struct PinDecision {
    std::optional<int> cpu;  // nothing: the thread floats over the process's CPUs
    std::string reason;      // for people, in a few words
};

struct PinPlan {
    std::vector<PinDecision> reactors;  // as the requests
    std::vector<std::string> warnings;
};

// Explicit CPUs come first. The others get, in this order: an isolated CPU, a core no reactor uses, the NUMA node
// of the reactors placed before, not CPU 0 (it takes most interrupts), the lowest number. When the CPUs that can
// run at once are used up, the rest float; two reactors share a CPU only when both were told to.
PROSA_API PinPlan plan_pinning(const Topology& topology, std::span<const PinRequest> requests);

}  // namespace prosa
