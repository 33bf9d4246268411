#include "apps/prosa/bench/breakdown/pipeline.hpp"

#include "apps/prosa/bench/breakdown/breakdown_report.hpp"
#include "apps/prosa/bench/breakdown/bus_rig.hpp"
#include "apps/prosa/bench/breakdown/fields_echo.hpp"
#include "apps/prosa/bench/breakdown/series_medians.hpp"
#include "apps/prosa/bench/json_line.hpp"
#include "apps/prosa/bench/pair_run.hpp"
#include "apps/prosa/bench/raw_line.hpp"
#include "apps/prosa/text_table.hpp"

namespace prosa::bench {
namespace {

constexpr std::uint32_t outstanding = 256;

// The places of Round::values.
struct PipelineValue {
    enum Place : std::size_t { raw_line, bare, bare_fields, requester, provider, measured };
};

struct SideCosts {
    double requester_ns = 0;
    double provider_ns = 0;
};

// Turns without work, in which messages gather, are left out.
SideCosts measure_sides(const BenchOrder& order) {
    constexpr Nanos endless_ns = 86'400 * ns_per_s;
    PairRig pair;
    BenchOrder endless = order;
    endless.warmup_ns = 0;
    endless.duration_ns = endless_ns;
    pair.send(endless);
    const Clock& clock = pair.rig().clock();
    std::array<Nanos, 2> spent_ns{};
    const auto turn = [&](ReactorId id) {
        const Nanos begin_ns = clock.now_ns();
        if (pair.rig().turn(id)) spent_ns[value_of(id)] += clock.now_ns() - begin_ns;
    };
    while (pair.answered_count() < outstanding) {
        pair.transact();
    }
    const std::uint64_t first = pair.answered_count();
    for (const Nanos end_ns = clock.now_ns() + order.duration_ns; clock.now_ns() < end_ns;) {
        turn(PairRig::provider);
        turn(PairRig::requester);
    }
    const auto count = static_cast<double>(pair.answered_count() - first);
    return {static_cast<double>(spent_ns[value_of(PairRig::requester)]) / count,
            static_cast<double>(spent_ns[value_of(PairRig::provider)]) / count};
}

absl::StatusOr<std::vector<double>> take_pipeline_round(const BenchRun& run, const BenchOrder& order) {
    const BenchCpus& cpus = *run.cpus();
    const auto raw_ns = measure_raw_line_ns(cpus, order.duration_ns);
    if (!raw_ns.ok()) return raw_ns.status();
    const auto bytes = measure_bare_pipelined(cpus, bare_echo_of(order), outstanding);
    if (!bytes.ok()) return bytes.status();
    const auto fields = measure_fields_pipelined(cpus, bare_echo_of(order), order.message, outstanding);
    if (!fields.ok()) return fields.status();
    SideCosts sides;
    const absl::Status status = run_on_two_cpus(
        cpus, [&] { sides = measure_sides(order); }, [] {});
    if (!status.ok()) return status;
    const auto bus = measure_pair(run, order, "answer");
    if (!bus.ok()) return bus.status();
    return std::vector{*raw_ns,           1e9 / *bytes,           1e9 / *fields, sides.requester_ns,
                       sides.provider_ns, 1e9 / bus->per_second()};
}

std::vector<std::string> row(std::string what, double ns, double bare_ns) {
    return {std::move(what), fmt::format("{:.1f}", ns), fmt::format("{:.2f}", 1e3 / ns),
            fmt::format("{:.2f}", bare_ns / ns)};
}

// What the bus would reach if no line ever took time.
double bound_ns(const Pipeline& pipeline) { return std::max(pipeline.requester_ns, pipeline.provider_ns); }

}  // namespace

absl::StatusOr<Pipeline> measure_pipeline(const BenchRun& run) {
    if (!run.cpus().ok()) return run.cpus().status();
    const BenchOrder order{.outstanding = outstanding, .duration_ns = run.options().duration_ns};
    RoundSeries series = breakdown_series(run.options().placement, run.options().round_count);
    const absl::Status status = series.take(
        [&] { return measure_raw_line_ns(*run.cpus(), order.duration_ns); },
        [&] { return take_pipeline_round(run, order); }, [&](const Round& round) { say_round(run, round); });
    if (!status.ok()) return status;
    if (series.count(RoundKind::failed) == series.rounds().size())
        return make_error(absl::StatusCode::kInternal, "no round came to its end: {}",
                          series.rounds().back().failure);
    const RoundKind kind = best_kind(series);
    const auto median = [&](PipelineValue::Place place) { return median_of(series, kind, place); };
    return Pipeline{.rounds = kind,
                    .round_count = series.count(kind),
                    .raw_line_ns = median(PipelineValue::raw_line),
                    .bare_ns = median(PipelineValue::bare),
                    .bare_fields_ns = median(PipelineValue::bare_fields),
                    .requester_ns = median(PipelineValue::requester),
                    .provider_ns = median(PipelineValue::provider),
                    .measured_ns = median(PipelineValue::measured)};
}

std::string table_text(const Pipeline& pipeline) {
    const double bare_ns = pipeline.bare_ns;
    TextTable table({"256 under way, ten fields", "ns", "M/s", "of bare"});
    table.add(row("bare echo: bytes copied", bare_ns, bare_ns));
    table.add(row("bare echo: fields written and read", pipeline.bare_fields_ns, bare_ns));
    table.add(row("requester's side of the bus, one core, no line moves", pipeline.requester_ns, bare_ns));
    table.add(row("provider's side of the bus, one core, no line moves", pipeline.provider_ns, bare_ns));
    table.add(row("measured, through the public interface", pipeline.measured_ns, bare_ns));
    return fmt::format(
        "transactions per second, {} rounds ({}), raw line {:.0f} ns\n{}"
        "  without any cost of lines the bus would reach {:.2f} of bare\n",
        pipeline.round_count, name_of(pipeline.rounds), pipeline.raw_line_ns, table.text(),
        bare_ns / bound_ns(pipeline));
}

std::string json_lines(const Pipeline& pipeline) {
    return JsonLine()
        .field("breakdown", "pipelined_ten_fields")
        .field("raw_line_ns", pipeline.raw_line_ns)
        .field("bare_ns", pipeline.bare_ns)
        .field("bare_fields_ns", pipeline.bare_fields_ns)
        .field("requester_one_core_ns", pipeline.requester_ns)
        .field("provider_one_core_ns", pipeline.provider_ns)
        .field("measured_ns", pipeline.measured_ns)
        .field("bare_fields_over_bare", pipeline.bare_ns / pipeline.bare_fields_ns)
        .field("bound_over_bare", pipeline.bare_ns / bound_ns(pipeline))
        .field("over_bare", pipeline.bare_ns / pipeline.measured_ns)
        .field("rounds", pipeline.round_count)
        .field("rounds_kind", name_of(pipeline.rounds))
        .text();
}

}  // namespace prosa::bench
