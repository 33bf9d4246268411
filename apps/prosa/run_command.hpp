// apps/prosa/run_command.hpp: `prosa run`: an instance from its configuration to its summary.
#pragma once

#include "apps/prosa/command_line.hpp"
#include "core/base/export.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa {

// Returns the program's exit code. Errors go to stderr, results to stdout.
PROSA_API int run_command(const RunArguments& options, const ProcessorRegistry& registry);

}  // namespace prosa
