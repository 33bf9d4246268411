#include "apps/prosa/bench/process_cpu.hpp"

#include <sys/resource.h>

#include <chrono>
#include <thread>

namespace prosa::bench {

Nanos process_cpu_ns() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto ns_of = [](const timeval& time) {
        return Nanos{time.tv_sec} * ns_per_s + Nanos{time.tv_usec} * ns_per_us;
    };
    return ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
}

double process_cpu_percent(Nanos duration_ns) {
    const Nanos begin_ns = monotonic_now_ns();
    const Nanos cpu_before_ns = process_cpu_ns();
    std::this_thread::sleep_for(std::chrono::nanoseconds(duration_ns));
    const Nanos cpu_ns = process_cpu_ns() - cpu_before_ns;
    return 100.0 * static_cast<double>(cpu_ns) / static_cast<double>(monotonic_now_ns() - begin_ns);
}

}  // namespace prosa::bench
