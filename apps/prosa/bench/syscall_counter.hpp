// apps/prosa/bench/syscall_counter.hpp: counts the system calls of chosen threads of a program, by ptrace.
//
// The program says by a system call that does nothing (syscall_mark.hpp) which of its threads count, and
// where the counted span begins and ends. The kernel stops a traced thread only at its system calls, so a
// thread that makes none runs at full speed, and what is counted is exact.
//
// Threads   one; no other child process may run meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "apps/prosa/bench/syscall_mark.hpp"
#include "core/base/status.hpp"

namespace prosa::bench {

struct SyscallCount {
    std::string output;                                // what the program printed
    std::uint64_t count = 0;                           // between begin and end, of the threads that count
    std::map<std::uint64_t, std::uint64_t> by_number;  // which they were
    std::uint32_t thread_count = 0;                    // that count
    bool was_measured = false;                         // begin and end were seen
};

// Error: the program could not be started, may not be traced, or failed.
absl::StatusOr<SyscallCount> count_syscalls(const std::filesystem::path& program,
                                            const std::vector<std::string>& arguments);

}  // namespace prosa::bench
