// apps/prosa/bench/child_process.hpp: runs another program and takes what it prints.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/status.hpp"

namespace prosa::bench {

struct ChildOutput {
    std::string text;   // standard output
    int exit_code = 0;  // 128 + the signal when one ended it
};

// Standard error stays this program's. Error: it is not there, or could not be started.
absl::StatusOr<ChildOutput> run_program(const std::filesystem::path& program,
                                        const std::vector<std::string>& arguments);

// The two halves, for a parent that traces: start with its end of a pipe as standard output, and take all
// of it.
struct StartedChild {
    pid_t pid = -1;
    int output_fd = -1;  // the caller closes it
};
absl::StatusOr<StartedChild> start_program(const std::filesystem::path& program,
                                           const std::vector<std::string>& arguments, bool is_traced);
std::string read_all(int fd);

}  // namespace prosa::bench
