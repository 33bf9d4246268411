#include "apps/prosa/bench/scale/scale_row.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "apps/prosa/bench/breakdown/line_count.hpp"
#include "apps/prosa/bench/breakdown/one_core_costs.hpp"
#include "apps/prosa/bench/process_cpu.hpp"
#include "apps/prosa/bench/scale/publication.hpp"
#include "core/control/process_memory.hpp"

namespace prosa::bench {
namespace {

constexpr std::chrono::milliseconds settle_time{300};  // the start is no idle time
constexpr std::chrono::seconds settle_time_max{15};  // many reactors on few CPUs take long to map their rings
constexpr std::size_t publications_per_round = 4;

absl::StatusOr<double> resident_bytes() {
    const auto memory = read_process_memory();
    if (!memory.ok()) return memory.status();
    return static_cast<double>(memory->physical_bytes);
}

double parked_count(const BenchInstance& instance) {
    const InstanceReport report = instance.main().report();
    return static_cast<double>(
        std::count_if(report.reactors.begin(), report.reactors.end(),
                      [](const ReactorReport& reactor) { return reactor.state == ReactorState::parked; }));
}

// Idle time begins when all sleep; at the latest after settle_time_max.
void wait_until_parked(const BenchInstance& instance, std::uint32_t reactor_count) {
    const auto end = std::chrono::steady_clock::now() + settle_time_max;
    do std::this_thread::sleep_for(settle_time);
    while (parked_count(instance) < reactor_count && std::chrono::steady_clock::now() < end);
}

absl::Status measure_publications(const BenchRun& run, BenchInstance& instance, ScaleRow& row) {
    std::vector<double> times_us;
    for (std::size_t i = 0; i < publications_per_round * run.options().round_count; ++i) {
        const auto seen_ns = toggle_service(instance);
        if (!seen_ns.ok()) return seen_ns.status();
        times_us.push_back(static_cast<double>(*seen_ns) / 1e3);
    }
    row.publish_worst_us = *std::max_element(times_us.begin(), times_us.end());
    row.publish_us = median_of(std::move(times_us));
    return absl::OkStatus();
}

absl::Status measure_instance(const BenchRun& run, ScaleRow& row) {
    const auto before = resident_bytes();
    if (!before.ok()) return before.status();
    const auto instance =
        BenchInstance::start(run, fmt::format("bench_scale_{}", row.reactor_count),
                             mesh_configuration(row.reactor_count), std::make_shared<BenchDesk>());
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    wait_until_parked(**instance, row.reactor_count);
    row.idle_cpu_percent = process_cpu_percent(run.options().duration_ns);
    row.parked_count = parked_count(**instance);
    const auto after = resident_bytes();
    if (!after.ok()) return after.status();
    row.resident_bytes = *after;
    row.instance_bytes = *after - *before;
    return measure_publications(run, **instance, row);
}

}  // namespace

absl::StatusOr<ScaleRow> measure_scale_row(const BenchRun& run, std::uint32_t reactor_count) {
    ScaleRow row{.reactor_count = reactor_count};
    if (const absl::Status measured = measure_instance(run, row); !measured.ok()) return measured;
    const BatchPlan plan{.batch_count = run.is_quick() ? 40U : 400U};
    row.turn_ns = measure_idle_turn_ns(plan, 0);
    row.linked_turn_ns = measure_idle_turn_ns(plan, reactor_count - 1);
    if (const auto lines =
            count_lines(BenchMessage::one_field, run.is_quick() ? 64 : bench_ring_slots, reactor_count - 2);
        lines.ok())
        row.line_moves = lines->moves();
    return row;
}

}  // namespace prosa::bench
