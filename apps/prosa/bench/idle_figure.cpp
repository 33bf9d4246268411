#include "apps/prosa/bench/idle_figure.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"

namespace prosa::bench {
namespace {

Nanos process_cpu_ns() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto ns_of = [](const timeval& time) {
        return Nanos{time.tv_sec} * ns_per_s + Nanos{time.tv_usec} * ns_per_us;
    };
    return ns_of(usage.ru_utime) + ns_of(usage.ru_stime);
}

// Of all threads of the process, Main's too; this thread sleeps.
absl::StatusOr<double> idle_percent(const BenchRun& run, std::uint32_t reactor_count, Nanos duration_ns) {
    auto instance = BenchInstance::start(run, fmt::format("bench_idle_{}", reactor_count),
                                         idle_configuration(reactor_count), std::make_shared<BenchDesk>());
    if (!instance.ok()) return instance.status();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the start is no idle time
    const Nanos begin_ns = monotonic_now_ns();
    const Nanos cpu_before_ns = process_cpu_ns();
    std::this_thread::sleep_for(std::chrono::nanoseconds(duration_ns));
    const Nanos cpu_ns = process_cpu_ns() - cpu_before_ns;
    return 100.0 * static_cast<double>(cpu_ns) / static_cast<double>(monotonic_now_ns() - begin_ns);
}

absl::Status measure_idle(BenchRun& run, std::span<FigureResult> results) {
    const Nanos duration_ns = run.pick(5 * ns_per_s, 2 * ns_per_s);
    FigureResult& result = results[0];
    double larger = 0;
    for (const std::uint32_t reactor_count : {2U, 8U}) {
        const auto percent = idle_percent(run, reactor_count, duration_ns);
        if (!percent.ok()) return percent.status();
        result.details.emplace_back(fmt::format("{}_reactors_percent", reactor_count), *percent);
        larger = std::max(larger, *percent);
    }
    result.value = larger;
    result.round_count = 1;
    return absl::OkStatus();
}

}  // namespace

FigureGroup idle_group() {
    return {{{"idle_cpu_percent", "%", "no traffic, default strategy, 2 and 8 reactors, the larger",
              BarKind::below, 1}},
            measure_idle};
}

}  // namespace prosa::bench
