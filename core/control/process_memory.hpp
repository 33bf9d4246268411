// core/control/process_memory.hpp: how much memory this process uses, as the kernel counts it.
#pragma once

#include <cstdint>

#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

struct ProcessMemory {
    std::uint64_t physical_bytes = 0;  // resident
    std::uint64_t virtual_bytes = 0;
};

// Source: /proc/self/statm. Error: it cannot be read. Any thread.
PROSA_API absl::StatusOr<ProcessMemory> read_process_memory();

}  // namespace prosa
