#include "apps/prosa/bench/breakdown/breakdown.hpp"

#include <algorithm>
#include <array>

#include "apps/prosa/bench/bench_configurations.hpp"
#include "apps/prosa/bench/breakdown/breakdown_report.hpp"
#include "apps/prosa/bench/breakdown/line_load_counter.hpp"
#include "apps/prosa/bench/breakdown/one_core_costs.hpp"
#include "apps/prosa/bench/breakdown/pipeline.hpp"
#include "apps/prosa/bench/breakdown/series_medians.hpp"
#include "apps/prosa/bench/breakdown/slot_echo.hpp"
#include "apps/prosa/bench/breakdown/turnless_pair.hpp"
#include "apps/prosa/bench/pair_run.hpp"
#include "apps/prosa/bench/raw_line.hpp"
#include "apps/prosa/exit_code.hpp"

namespace prosa::bench {
namespace {

// What one round gives; the places of Round::values.
enum Value : std::size_t { bare_echo, slot_copy, slot_tvf, raw_line, turnless, bus, value_count };

// No line moves in them, so they need no rounds.
absl::StatusOr<OneCoreCosts> one_core_costs(const BenchRun& run, BenchMessage message) {
    const BatchPlan plan{.batch_count = run.is_quick() ? 40U : 400U};
    OneCoreCosts costs;
    const absl::Status status = run_on_two_cpus(
        *run.cpus(), [&] { costs = measure_one_core_costs(plan, message); }, [] {});
    if (!status.ok()) return status;
    return costs;
}

// A step is the difference of two measurements: across two placements it would say nothing.
absl::Status check_placement(double first_raw_ns, double later_raw_ns) {
    constexpr double ratio_max = 1.25;
    const auto [low_ns, high_ns] = std::minmax(first_raw_ns, later_raw_ns);
    if (high_ns <= ratio_max * low_ns) return absl::OkStatus();
    return make_error(absl::StatusCode::kAborted, "the placement moved: raw line {:.0f}, then {:.0f} ns",
                      first_raw_ns, later_raw_ns);
}

absl::StatusOr<std::vector<double>> take_round(const BenchRun& run, const BenchOrder& order) {
    const BenchCpus& cpus = *run.cpus();
    const BareEcho echo = bare_echo_of(order);
    std::vector<double> values;
    const auto first_raw_ns = measure_raw_line_ns(cpus, order.duration_ns);
    if (!first_raw_ns.ok()) return first_raw_ns.status();
    for (const auto& ran :
         {measure_bare_roundtrip(cpus, echo), measure_slot_copy_echo(cpus, echo),
          measure_slot_tvf_echo(cpus, echo, order.message), measure_raw_line(cpus, order.duration_ns),
          measure_turnless_pair(cpus, order), measure_pair(run, order, "answer")}) {
        if (!ran.ok()) return ran.status();
        values.push_back(ran->percentile_ns(50));
    }
    if (const absl::Status kept = check_placement(*first_raw_ns, values[raw_line]); !kept.ok()) return kept;
    return values;
}

std::array<double, value_count> medians_of(const RoundSeries& series, RoundKind kind) {
    std::array<double, value_count> medians{};
    for (std::size_t i = 0; i < value_count; ++i) medians[i] = median_of(series, kind, i);
    return medians;
}

std::vector<Step> steps_of(const std::array<double, value_count>& medians, const OneCoreCosts& costs) {
    constexpr double dispatches = 2;  // on_request, on_response
    return {
        {"raw_line", StepKind::two_cores, medians[raw_line], "one word there and back, with the timer pair"},
        {"bare_ring", StepKind::two_cores, medians[bare_echo] - medians[raw_line],
         "the message's lines, copied in and out of the simplest ring"},
        {"slot_ring", StepKind::two_cores, medians[slot_copy] - medians[bare_echo],
         "SlotRing instead, same bytes"},
        {"tvf", StepKind::two_cores, medians[slot_tvf] - medians[slot_copy],
         "fields written and read in the slot, twice, instead of the copies"},
        {"claim", StepKind::one_core, costs.claim_ns, "service table, provider, slot, room for the body"},
        {"pending_credit", StepKind::one_core, costs.pending_credit_ns,
         "pending entry taken, matched, freed; credit taken and returned"},
        {"timer_cancel", StepKind::one_core, costs.timer_cancel_ns, "the deadline leaves the wheel"},
        {"dispatch", StepKind::one_core, dispatches * costs.dispatch_ns, "on_request and on_response"},
        {"received_counter", StepKind::one_core, costs.counter_ns, "counted before the handler"},
        {"timer_insert", StepKind::behind, costs.timer_insert_ns, "the deadline enters the wheel"},
        {"outcome_counters", StepKind::behind, 2 * costs.counter_ns + costs.histogram_ns,
         "accepted, outcome, and the latency's histogram"},
        {"turns", StepKind::two_cores, medians[bus] - medians[turnless],
         "a reactor's turns on both sides, instead of looks at one ring: clock reading, empty checks"},
    };
}

Breakdown breakdown_of(const RoundSeries& series, const OneCoreCosts& costs, BenchMessage message) {
    Breakdown made;
    made.message = message;
    made.rounds = best_kind(series);
    made.round_count = series.count(made.rounds);
    const auto medians = medians_of(series, made.rounds);
    made.raw_line_ns = medians[raw_line];
    made.bare_ns = medians[bare_echo];
    made.measured_ns = medians[bus];
    made.one_core_ns = costs.transaction_ns;
    made.turn_ns = costs.turn_ns;
    made.tvf_write_ns = costs.tvf_write_ns;
    made.tvf_read_ns = costs.tvf_read_ns;
    made.tvf_validate_ns = costs.tvf_validate_ns;
    made.steps = steps_of(medians, costs);
    made.steps.push_back({"unexplained", StepKind::remainder, made.measured_ns - made.explained_ns(),
                          "the bus's other code, and what the steps overlap or wait for each other"});
    return made;
}

// Warm-up and start are in the count too, so the measurement is one long run without a warm-up.
absl::StatusOr<double> count_line_loads(const BenchRun& run, const BenchOrder& order) {
    const auto counter = LineLoadCounter::start();
    if (!counter.ok()) return counter.status();
    const auto ran = measure_pair(run, order, "answer");
    if (!ran.ok()) return ran.status();
    const auto loads = counter->count();
    if (!loads.ok()) return loads.status();
    return static_cast<double>(*loads) / static_cast<double>(ran->latency.total_count());
}

int fail(const absl::Status& status) {
    fmt::print(stderr, "--breakdown: {}\n", message_of(status));
    return exit_failed;
}

void add_lines(const BenchRun& run, BenchOrder order, Breakdown& breakdown) {
    if (const auto lines = count_lines(order.message, run.is_quick() ? 64 : bench_ring_slots); lines.ok())
        breakdown.lines = *lines;
    else
        breakdown.lines_reason = message_of(lines.status());
    order.warmup_ns = 0;
    if (const auto loads = count_line_loads(run, order); loads.ok())
        breakdown.counted_line_loads = *loads;
    else
        breakdown.counter_reason = message_of(loads.status());
}

}  // namespace

void say_round(const BenchRun& run, const Round& round) {
    const auto failure = round.failure.empty() ? "" : ", failed: " + round.failure;
    run.say(fmt::format("  raw {:.0f}/{:.0f} ns{}", round.raw_before_ns, round.raw_after_ns, failure));
}

double Breakdown::explained_ns() const noexcept {
    double sum = 0;
    for (const Step& step : steps)
        if (step.kind == StepKind::two_cores || step.kind == StepKind::one_core) sum += step.ns;
    return sum;
}

absl::StatusOr<Breakdown> measure_breakdown(const BenchRun& run, BenchMessage message) {
    if (!run.cpus().ok()) return run.cpus().status();
    const auto costs = one_core_costs(run, message);
    if (!costs.ok()) return costs.status();
    const BenchOrder order{.message = message, .duration_ns = run.options().duration_ns};
    RoundSeries series = breakdown_series(run.options().placement, run.options().round_count);
    const absl::Status status = series.take(
        [&] { return measure_raw_line_ns(*run.cpus(), order.duration_ns); },
        [&] { return take_round(run, order); }, [&](const Round& round) { say_round(run, round); });
    if (!status.ok()) return status;
    if (series.count(RoundKind::failed) == series.rounds().size())
        return make_error(absl::StatusCode::kInternal, "no round came to its end: {}",
                          series.rounds().back().failure);
    Breakdown made = breakdown_of(series, *costs, message);
    add_lines(run, order, made);
    return made;
}

int breakdown_main(const BenchOptions& options) {
    const BenchRun run(options);
    std::string lines;
    for (const BenchMessage message : {BenchMessage::one_field, BenchMessage::ten_fields}) {
        run.say(fmt::format("round trip of {}", name_of(message)));
        const auto made = measure_breakdown(run, message);
        if (!made.ok()) return fail(made.status());
        fmt::print("{}\n", table_text(*made));
        lines += json_lines(*made);
    }
    run.say("many under way");
    const auto pipeline = measure_pipeline(run);
    if (!pipeline.ok()) return fail(pipeline.status());
    fmt::print("{}\n", table_text(*pipeline));
    lines += json_lines(*pipeline);
    if (const absl::Status written = write_lines(options, lines); !written.ok()) return fail(written);
    return exit_ok;
}

}  // namespace prosa::bench
