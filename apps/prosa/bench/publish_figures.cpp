#include "apps/prosa/bench/publish_figures.hpp"

#include <algorithm>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "apps/prosa/bench/bench_publisher.hpp"
#include "apps/prosa/bench/run_delay.hpp"
#include "apps/prosa/bench/scale/publication.hpp"

namespace prosa::bench {
namespace {

constexpr std::uint32_t service_count = 10'000;
constexpr std::string_view last_service = "BENCH_09999";

absl::StatusOr<std::unique_ptr<BenchInstance>> start_ready(const BenchRun& run, const std::string& name,
                                                           const std::string& configuration) {
    auto instance = BenchInstance::start(run, name, configuration, std::make_shared<BenchDesk>());
    if (!instance.ok()) return instance;
    if (const absl::Status ready = (*instance)->wait_for_service(last_service); !ready.ok()) return ready;
    return instance;
}

absl::StatusOr<std::vector<double>> publish_round(BenchInstance& instance, int publication_count) {
    std::vector<double> added_us;
    for (int i = 0; i < publication_count; ++i) {
        const auto added_ns = toggle_service(instance);
        if (!added_ns.ok()) return added_ns.status();
        added_us.push_back(static_cast<double>(*added_ns) / 1e3);
        if (const auto removed_ns = toggle_service(instance); !removed_ns.ok()) return removed_ns.status();
    }
    const double worst_us = *std::max_element(added_us.begin(), added_us.end());
    return std::vector<double>{median_of(std::move(added_us)), worst_us};
}

absl::Status measure_publish(BenchRun& run, std::span<FigureResult> results) {
    results[0].note =
        "from the call to the first look of a spinning reactor at the new table, so an upper bound";
    return run.take_rounds(
        false, results, {"worst_of_round_us"}, [&]() -> absl::StatusOr<std::vector<double>> {
            const auto instance = start_ready(run, "bench_publish", publisher_configuration(service_count));
            if (!instance.ok()) return instance.status();
            return publish_round(**instance, run.is_quick() ? 10 : 40);
        });
}

// What several phases of one kind saw together.
struct Traffic {
    LatencyRun run;
    std::uint64_t failed_count = 0;
    Nanos run_delay_ns = 0;

    double p99_ns() const noexcept { return run.percentile_ns(99); }
    // Of the two reactors' time.
    double without_cpu_percent() const noexcept {
        return 100.0 * static_cast<double>(run_delay_ns) / (2.0 * static_cast<double>(run.elapsed_ns));
    }
};

absl::Status add_phase(BenchInstance& instance, const BenchOrder& order, Traffic& traffic) {
    const Nanos delay_before_ns = run_delay_ns();
    if (const absl::Status ended = instance.measure(order); !ended.ok()) return ended;
    traffic.run_delay_ns += run_delay_ns() - delay_before_ns;
    traffic.run.latency.add(instance.desk().run.latency);
    traffic.run.elapsed_ns += instance.desk().run.elapsed_ns;
    traffic.failed_count += instance.desk().failed_count;
    return absl::OkStatus();
}

absl::Status add_publishing_phase(BenchInstance& instance, const BenchOrder& order, Traffic& traffic) {
    std::atomic<std::uint32_t>& count = instance.desk().publication_count;
    count.store(0, std::memory_order_relaxed);
    if (const auto begun = instance.main().command("bench-publisher", "start", 5 * ns_per_s); !begun.ok())
        return begun.status();
    if (const absl::Status added = add_phase(instance, order, traffic); !added.ok()) return added;
    if (const auto ended = instance.main().command("bench-publisher", "stop", 5 * ns_per_s); !ended.ok())
        return ended.status();
    const auto expected = static_cast<std::uint32_t>(order.duration_ns / BenchPublisher::interval_ns);
    if (const std::uint32_t seen = count.load(std::memory_order_relaxed); seen < expected)
        return make_error(absl::StatusCode::kInternal, "{} publications were seen, expected at least {}",
                          seen, expected);
    return absl::OkStatus();
}

// Short phases take turns, so that what the machine does on the side meets both kinds alike.
absl::StatusOr<std::vector<double>> traffic_round(const BenchRun& run, const BenchOrder& order,
                                                  int turn_count) {
    const auto instance = start_ready(run, "bench_publishing", publishing_configuration(service_count));
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    Traffic quiet;
    Traffic publishing;
    for (int turn = 0; turn < turn_count; ++turn) {
        if (const absl::Status added = add_phase(**instance, order, quiet); !added.ok()) return added;
        if (const absl::Status added = add_publishing_phase(**instance, order, publishing); !added.ok())
            return added;
    }
    return std::vector<double>{publishing.p99_ns() / quiet.p99_ns(),
                               publishing.p99_ns(),
                               quiet.p99_ns(),
                               static_cast<double>(publishing.failed_count),
                               static_cast<double>(quiet.failed_count),
                               publishing.without_cpu_percent(),
                               quiet.without_cpu_percent()};
}

absl::Status measure_traffic(BenchRun& run, std::span<FigureResult> results) {
    if (!run.cpus().ok()) return run.cpus().status();
    const BenchOrder order{
        .rate_per_s = 100'000, .warmup_ns = 100 * ns_per_ms, .duration_ns = 300 * ns_per_ms};
    const int turn_count = run.is_quick() ? 2 : 8;
    return run.take_rounds(
        true, results,
        {"publishing_p99_ns", "quiet_p99_ns", "publishing_refused_count", "quiet_refused_count",
         "publishing_without_cpu_percent", "quiet_without_cpu_percent"},
        [&] { return traffic_round(run, order, turn_count); });
}

}  // namespace

std::vector<FigureGroup> publish_groups() {
    return {{{{"publish_10k_services_us", "us",
               "one more service when 10 000 exist, from the call to its view", BarKind::at_most, 1000}},
             measure_publish},
            {{{"traffic_p99_while_publishing_over_quiet", "ratio",
               "open loop at 100 k/s, 20 publications/s of 10 000 services", BarKind::at_most, 1.5}},
             measure_traffic}};
}

}  // namespace prosa::bench
