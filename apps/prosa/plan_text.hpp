// apps/prosa/plan_text.hpp: what would run where, for people.
#pragma once

#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"
#include "core/bus/config/instance_settings.hpp"

namespace prosa {

// Reactors with their CPUs and queues, memory, and warnings as `warning: ...` lines.
PROSA_API std::string reactors_text(const ReactorPlan& plan);

// The processors of an instance, its configured services, and the above.
PROSA_API std::string plan_text(const InstanceSettings& settings, const ReactorPlan& plan);

}  // namespace prosa
