#include "apps/prosa/bench/roundtrip_figures.hpp"

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/bench_instance.hpp"
#include "apps/prosa/bench/client_roundtrip.hpp"
#include "apps/prosa/bench/pair_run.hpp"

namespace prosa::bench {
namespace {

constexpr std::uint32_t pipelined_outstanding = 256;

absl::StatusOr<LatencyRun> measure_client_instance(const BenchRun& run, const BenchOrder& order) {
    auto instance = BenchInstance::start(run, "bench_client", provider_configuration(*run.cpus()),
                                         std::make_shared<BenchDesk>());
    if (!instance.ok()) return instance.status();
    if (const absl::Status ready = (*instance)->wait_for_service("BENCH"); !ready.ok()) return ready;
    return measure_client_roundtrip((*instance)->main(), run.cpus()->requester, order);
}

using MeasureRun = std::function<absl::StatusOr<LatencyRun>()>;

// Values: the ratios of p50 and, when wanted, of p99.9; then both sides' nanoseconds.
absl::StatusOr<std::vector<double>> latency_round(const BenchRun& run, const BenchOrder& order,
                                                  bool with_p999, const MeasureRun& measure) {
    const auto bare = measure_bare_roundtrip(*run.cpus(), bare_echo_of(order));
    if (!bare.ok()) return bare.status();
    const auto bus = measure();
    if (!bus.ok()) return bus.status();
    if (run.log() != nullptr) {
        run.log()->add("", *bus);
        run.log()->add(".bare", *bare);
    }
    std::vector<double> values{bus->percentile_ns(50) / bare->percentile_ns(50)};
    if (with_p999) values.push_back(bus->percentile_ns(99.9) / bare->percentile_ns(99.9));
    for (const double percentile : {50.0, 99.9})
        for (const LatencyRun* side : {&*bus, &*bare}) values.push_back(side->percentile_ns(percentile));
    return values;
}

absl::Status take_latency(BenchRun& run, std::span<FigureResult> results, const BenchOrder& order,
                          const MeasureRun& measure, std::size_t wanted_count = 5) {
    if (!run.cpus().ok()) return run.cpus().status();
    return run.take_rounds(
        true, results, {"p50_ns", "bare_p50_ns", "p999_ns", "bare_p999_ns"},
        [&] { return latency_round(run, order, results.size() == 2, measure); }, wanted_count);
}

absl::Status measure_closed_loop(BenchRun& run, std::span<FigureResult> results, const BenchOrder& order,
                                 std::string_view behaviour, std::size_t wanted_count = 5) {
    return take_latency(
        run, results, order, [&] { return measure_pair(run, order, behaviour); }, wanted_count);
}

absl::StatusOr<std::vector<double>> pipelined_round(const BenchRun& run, const BenchOrder& order) {
    const auto bare = measure_bare_pipelined(*run.cpus(), bare_echo_of(order), pipelined_outstanding);
    if (!bare.ok()) return bare.status();
    const auto bus = measure_pair(run, order, "answer");
    if (!bus.ok()) return bus.status();
    return std::vector<double>{bus->per_second() / *bare, bus->per_second() / 1e6, *bare / 1e6};
}

FigureGroup one_field_group() {
    return {{{"roundtrip_1field_p50_over_bare", "ratio", "one outstanding, answered in place, one field",
              BarKind::at_most, 1.7, 1.4}},
            [](BenchRun& run, std::span<FigureResult> results) {
                const BenchOrder order{.message = BenchMessage::one_field,
                                       .duration_ns = run.pick(300, 150) * ns_per_ms};
                return measure_closed_loop(run, results, order, "answer");
            }};
}

FigureGroup ten_fields_group() {
    return {{{"roundtrip_10field_p50_over_bare", "ratio", "one outstanding, answered in place, ten fields",
              BarKind::at_most, 2.8, 2.2},
             {"roundtrip_10field_p999_over_bare_p999", "ratio", "the same, at least 10 s in all",
              BarKind::at_most, 3}},
            [](BenchRun& run, std::span<FigureResult> results) {
                const BenchOrder order{.duration_ns = run.pick(500, 200) * ns_per_ms};
                return measure_closed_loop(run, results, order, "answer", run.is_quick() ? 5 : 20);
            }};
}

FigureGroup pipelined_group() {
    return {{{"pipelined_10field_over_bare", "ratio", "256 outstanding, ten fields, transactions per second",
              BarKind::at_least, 0.35, 0.5}},
            [](BenchRun& run, std::span<FigureResult> results) {
                if (!run.cpus().ok()) return run.cpus().status();
                const BenchOrder order{.outstanding = pipelined_outstanding,
                                       .duration_ns = run.pick(300, 150) * ns_per_ms};
                return run.take_rounds(true, results, {"millions_per_s", "bare_millions_per_s"},
                                       [&] { return pipelined_round(run, order); });
            }};
}

FigureGroup kept_group() {
    return {{{"kept_10field_p50_over_bare", "ratio", "the handler keeps, and answers on its next turn",
              BarKind::at_most, 4}},
            [](BenchRun& run, std::span<FigureResult> results) {
                const BenchOrder order{.duration_ns = run.pick(300, 150) * ns_per_ms};
                return measure_closed_loop(run, results, order, "keep");
            }};
}

FigureGroup client_group() {
    return {{{"client_roundtrip_10field_p50_over_bare", "ratio", "BusClient spinning, ten fields",
              BarKind::at_most, 3}},
            [](BenchRun& run, std::span<FigureResult> results) {
                const BenchOrder order{.duration_ns = run.pick(300, 150) * ns_per_ms};
                return take_latency(run, results, order, [&] { return measure_client_instance(run, order); });
            }};
}

}  // namespace

std::vector<FigureGroup> roundtrip_groups() {
    return {one_field_group(), ten_fields_group(), pipelined_group(), kept_group(), client_group()};
}

}  // namespace prosa::bench
