// apps/prosa/plan_text.hpp: what would run where, for people.
#pragma once

#include <string>
#include <vector>

#include "apps/prosa/instance_file.hpp"
#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"

namespace prosa {

// Reactors with their CPUs and queues, memory, and warnings as `warning: ...` lines.
PROSA_API std::string reactors_text(const ReactorPlan& plan);

// `file:line: what may not be what was meant` for each service that a section uses and none provides. `tree` was read.
PROSA_API std::vector<std::string> service_warnings(const SettingsNode& tree);

// The processors of an instance, the services that their sections name, and the above.
PROSA_API std::string plan_text(const LoadedInstance& loaded, const ReactorPlan& plan);

}  // namespace prosa
