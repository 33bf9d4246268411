#include "apps/prosa/bench/publish_figures.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"

namespace prosa::bench {
namespace {

constexpr std::uint32_t service_count = 10'000;
constexpr std::string_view last_service = "BENCH_09999";
constexpr Nanos publication_interval_ns = 50 * ns_per_ms;

void sleep_for_ns(Nanos ns) { std::this_thread::sleep_for(std::chrono::nanoseconds(ns)); }

absl::StatusOr<std::unique_ptr<BenchInstance>> start_ready(const BenchRun& run, const std::string& name,
                                                           const std::string& configuration) {
    auto instance = BenchInstance::start(run, name, configuration, std::make_shared<BenchDesk>());
    if (!instance.ok()) return instance;
    if (const absl::Status ready = (*instance)->wait_for_service(last_service); !ready.ok()) return ready;
    return instance;
}

// Adds the extra service, or removes it; the time from the call until a reactor has seen the new table.
absl::StatusOr<Nanos> toggle(BenchInstance& instance) {
    instance.desk().published_ns.store(0, std::memory_order_relaxed);
    const auto called = instance.main().command("bench-publisher", "toggle", 5 * ns_per_s);
    if (!called.ok()) return called.status();
    for (const Nanos last_ns = monotonic_now_ns() + 5 * ns_per_s; monotonic_now_ns() < last_ns;) {
        sleep_for_ns(ns_per_ms);
        if (const Nanos ns = instance.desk().published_ns.load(std::memory_order_acquire); ns != 0) return ns;
    }
    return make_error(absl::StatusCode::kDeadlineExceeded, "a publication was not seen within 5 s");
}

absl::StatusOr<std::vector<double>> publish_round(BenchInstance& instance, int publication_count) {
    std::vector<double> added_us;
    for (int i = 0; i < publication_count; ++i) {
        const auto added_ns = toggle(instance);
        if (!added_ns.ok()) return added_ns.status();
        added_us.push_back(static_cast<double>(*added_ns) / 1e3);
        if (const auto removed_ns = toggle(instance); !removed_ns.ok()) return removed_ns.status();
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

struct TrafficRun {
    double p99_ns = 0;
    double failed_count = 0;
};

absl::StatusOr<TrafficRun> measure_phase(BenchInstance& instance, const BenchOrder& order,
                                         bool is_publishing) {
    if (const absl::Status begun = instance.begin(order); !begun.ok()) return begun;
    const Nanos end_ns = monotonic_now_ns() + order.warmup_ns + order.duration_ns;
    while (is_publishing && monotonic_now_ns() + publication_interval_ns < end_ns) {
        const Nanos next_ns = monotonic_now_ns() + publication_interval_ns;
        if (const auto seen = toggle(instance); !seen.ok()) return seen.status();
        sleep_for_ns(std::max<Nanos>(0, next_ns - monotonic_now_ns()));
    }
    if (const absl::Status ended = instance.wait_for_end(); !ended.ok()) return ended;
    return TrafficRun{instance.desk().run.percentile_ns(99),
                      static_cast<double>(instance.desk().failed_count)};
}

absl::StatusOr<std::vector<double>> traffic_round(const BenchRun& run, const BenchOrder& order) {
    const auto instance = start_ready(run, "bench_publishing", publishing_configuration(service_count));
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    const auto quiet = measure_phase(**instance, order, false);
    if (!quiet.ok()) return quiet.status();
    const auto publishing = measure_phase(**instance, order, true);
    if (!publishing.ok()) return publishing.status();
    return std::vector<double>{publishing->p99_ns / quiet->p99_ns, publishing->p99_ns, quiet->p99_ns,
                               publishing->failed_count, quiet->failed_count};
}

absl::Status measure_traffic(BenchRun& run, std::span<FigureResult> results) {
    if (!run.cpus().ok()) return run.cpus().status();
    const BenchOrder order{.rate_per_s = 100'000,
                           .warmup_ns = 100 * ns_per_ms,
                           .duration_ns = run.pick(2 * ns_per_s, 600 * ns_per_ms)};
    return run.take_rounds(
        true, results,
        {"publishing_p99_ns", "quiet_p99_ns", "publishing_refused_count", "quiet_refused_count"},
        [&] { return traffic_round(run, order); });
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
