// apps/prosa/load_command.hpp: `prosa load`: drives one service of an instance, open loop, and judges it.
#pragma once

#include "adaptors/injector/load_options.hpp"
#include "apps/prosa/command_line.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"
#include "core/bus/processor_registry.hpp"

namespace prosa {

// `const`; `step` or `step:FROM:BY:EVERY`: from FROM up by BY each EVERY to the rate (default: five equal
// steps over the duration); `line` or `line:FROM`: steadily from FROM to the rate (default: from a tenth of
// it).
PROSA_API absl::StatusOr<LoadOptions> load_options_of(const LoadArguments& arguments);

// Returns the program's exit code.
PROSA_API int load_command(const LoadArguments& arguments, const ProcessorRegistry& registry);

}  // namespace prosa
