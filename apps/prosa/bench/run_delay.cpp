#include "apps/prosa/bench/run_delay.hpp"

#include <filesystem>
#include <fstream>

namespace prosa::bench {

Nanos run_delay_ns() {
    Nanos total_ns = 0;
    std::error_code ignored;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
        std::ifstream file(thread.path() / "schedstat");
        Nanos run_ns = 0;
        Nanos delay_ns = 0;
        if (file >> run_ns >> delay_ns) total_ns += delay_ns;
    }
    return total_ns;
}

}  // namespace prosa::bench
