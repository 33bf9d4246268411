#include "apps/prosa/bench/parked_figure.hpp"

#include <algorithm>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "apps/prosa/bench/event_fd_echo.hpp"

namespace prosa::bench {
namespace {

// Of the reactor that parked least often.
std::uint64_t fewest_parks(const InstanceReport& report) {
    std::uint64_t fewest = ~std::uint64_t{0};
    for (const ReactorReport& reactor : report.reactors)
        fewest = std::min(fewest, reactor.counters[static_cast<std::size_t>(ReactorCounter::parks)]);
    return fewest;
}

struct ParkedRun {
    double p50_ns = 0;
    double parks_per_transaction = 0;
};

absl::StatusOr<ParkedRun> measure_parked(const BenchRun& run, const BenchOrder& order) {
    const auto desk = std::make_shared<BenchDesk>();
    auto instance =
        BenchInstance::start(run, "bench_parked", pair_configuration(*run.cpus(), "park", "answer"), desk);
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    const std::uint64_t parks_before = fewest_parks((*instance)->main().report());
    if (const absl::Status measured = (*instance)->measure(order); !measured.ok()) return measured;
    const std::uint64_t parks = fewest_parks((*instance)->main().report()) - parks_before;
    const auto count = static_cast<double>(desk->run.latency.total_count());
    return ParkedRun{desk->run.percentile_ns(50), static_cast<double>(parks) / count};
}

absl::StatusOr<std::vector<double>> parked_round(const BenchRun& run, const BenchOrder& order) {
    const auto bare = measure_event_fd_roundtrip(*run.cpus(), order.duration_ns);
    if (!bare.ok()) return bare.status();
    const auto parked = measure_parked(run, order);
    if (!parked.ok()) return parked.status();
    if (parked->parks_per_transaction < 0.95)
        return make_error(absl::StatusCode::kInternal,
                          "the reactors did not sleep in each turn: {:.2f} parks per transaction",
                          parked->parks_per_transaction);
    return std::vector<double>{parked->p50_ns / bare->percentile_ns(50), parked->p50_ns,
                               bare->percentile_ns(50), parked->parks_per_transaction};
}

}  // namespace

FigureGroup parked_group() {
    return {{{"parked_roundtrip_over_eventfd", "ratio",
              "both sides asleep each turn, over two eventfd wake-ups", BarKind::at_most, 1.2}},
            [](BenchRun& run, std::span<FigureResult> results) -> absl::Status {
                if (!run.cpus().ok()) return run.cpus().status();
                const BenchOrder order{.warmup_ns = 20 * ns_per_ms,
                                       .duration_ns = run.pick(2 * ns_per_s, 500 * ns_per_ms)};
                results[0].note =
                    "needs no placement: a wake-up takes a hundred times as long as the line, and both are "
                    "paired";
                return run.take_rounds(false, results, {"p50_ns", "eventfd_p50_ns", "parks_per_transaction"},
                                       [&] { return parked_round(run, order); });
            }};
}

}  // namespace prosa::bench
