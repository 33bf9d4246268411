// apps/prosa/convert/convert_command.hpp: `prosa convert`: messages from standard input to standard output.
//
// Memory    one message, 64 KiB of input and 64 KiB of output, however long the stream is.
// Threads   one.
#pragma once

#include <string>
#include <vector>

#include "core/base/export.hpp"

namespace prosa::convert {

// Returns the exit code: exit_ok, exit_failed (a bad message, or no output) or exit_usage.
PROSA_API int convert_command(const std::vector<std::string>& arguments);

}  // namespace prosa::convert
