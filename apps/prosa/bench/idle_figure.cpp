#include "apps/prosa/bench/idle_figure.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "apps/prosa/bench/process_cpu.hpp"

namespace prosa::bench {
namespace {

// Of all threads of the process, Main's too; this thread sleeps.
absl::StatusOr<double> idle_percent(const BenchRun& run, std::uint32_t reactor_count, Nanos duration_ns) {
    auto instance = BenchInstance::start(run, fmt::format("bench_idle_{}", reactor_count),
                                         idle_configuration(reactor_count), std::make_shared<BenchDesk>());
    if (!instance.ok()) return instance.status();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // the start is no idle time
    return process_cpu_percent(duration_ns);
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
