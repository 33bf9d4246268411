#include "core/control/process_memory.hpp"

#include <unistd.h>

#include <fstream>

namespace prosa {

absl::StatusOr<ProcessMemory> read_process_memory() {
    constexpr const char* path = "/proc/self/statm";
    std::ifstream file(path);
    std::uint64_t virtual_pages = 0;
    std::uint64_t resident_pages = 0;
    if (!(file >> virtual_pages >> resident_pages))
        return make_error(absl::StatusCode::kUnavailable, "{}: cannot be read, expected two numbers of pages",
                          path);
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return ProcessMemory{resident_pages * page_bytes, virtual_pages * page_bytes};
}

}  // namespace prosa
