// apps/prosa/ctl_command.hpp: `prosa ctl`: asks a running instance.
//
// Threads   one.
// Output    the answer on stdout; why there is none on stderr.
#pragma once

#include <string>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

// Returns exit_ok, exit_failed (the instance refused), exit_usage or exit_unreachable.
PROSA_API int ctl_command(const std::vector<std::string>& arguments);

}  // namespace prosa
