// apps/prosa/report/report_command.hpp: `prosa report`: percentiles of histogram logs, also of other tools'
// logs.
#pragma once

#include <string>
#include <vector>

#include "core/base/export.hpp"

namespace prosa {

// `arguments`: those behind `report`. Returns the program's exit code.
PROSA_API int report_command(std::vector<std::string> arguments);

}  // namespace prosa
