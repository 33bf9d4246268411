// apps/prosa/report_text.hpp: an instance's report as tables for people, and as JSON.
//
// Threads   any; pure functions.
#pragma once

#include <string>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/bus/bus_main.hpp"

namespace prosa {

PROSA_API std::string status_text(const InstanceReport& report, Nanos age_ns);
PROSA_API std::string processors_text(const InstanceReport& report);
PROSA_API std::string services_text(const InstanceReport& report);
PROSA_API std::string reactors_text(const InstanceReport& report);

PROSA_API std::string status_json(const InstanceReport& report, Nanos age_ns);
PROSA_API std::string processors_json(const InstanceReport& report);
PROSA_API std::string services_json(const InstanceReport& report);
PROSA_API std::string reactors_json(const InstanceReport& report);

}  // namespace prosa
