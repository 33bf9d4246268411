// apps/prosa/doctor/doctor_command.hpp: `prosa doctor`: what spoils latency on this machine, with the remedy.
//
// Read-only; takes less than a second.
#pragma once

#include <string>
#include <vector>

#include "core/base/export.hpp"

namespace prosa::doctor {

// Returns the exit code: exit_ok whatever was found, or exit_usage.
PROSA_API int doctor_command(std::vector<std::string> arguments);

}  // namespace prosa::doctor
