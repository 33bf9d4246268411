// apps/prosa/output_file.hpp: where a result goes that the user named a file for.
#pragma once

#include <string>
#include <string_view>

#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

// `-` is standard output. Error: the file cannot be written.
PROSA_API absl::Status write_output(const std::string& path, std::string_view text);

}  // namespace prosa
