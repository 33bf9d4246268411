// apps/prosa/bench/breakdown/breakdown.hpp: where the time of a round trip goes, step by step.
//
// Two-core steps are differences of echoes that do more and more; one-core steps are small loops. Both are
// medians over rounds, as every figure is. What the sum of the steps leaves of the measured round trip is a
// step of its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apps/prosa/bench/breakdown/line_count.hpp"
#include "apps/prosa/bench/figure.hpp"

namespace prosa::bench {

enum class StepKind : std::uint8_t {
    two_cores,  // on the path: the difference to the step before, both measured across cores
    one_core,   // on the path: measured on one core
    behind,     // done while a message travels, or after the outcome: not in the sum
    remainder,  // what is left
};

struct Step {
    std::string name;
    StepKind kind;
    double ns = 0;
    std::string what;
};

struct Breakdown {
    BenchMessage message = BenchMessage::one_field;
    RoundKind rounds = RoundKind::counted;  // which the medians are from
    std::size_t round_count = 0;
    double raw_line_ns = 0;
    double bare_ns = 0;
    double measured_ns = 0;  // the round trip through the public interface
    double one_core_ns = 0;  // a whole transaction of both sides, where no line moves
    double turn_ns = 0;      // without work, of a reactor with one link
    double tvf_write_ns = 0;
    double tvf_read_ns = 0;
    double tvf_validate_ns = 0;
    std::vector<Step> steps;
    std::optional<LineCount> lines;
    std::string lines_reason;                  // why there is no count
    std::optional<double> counted_line_loads;  // per transaction, by the processor
    std::string counter_reason;

    // Of the steps on the path, without the remainder.
    double explained_ns() const noexcept;
};

// Error: two CPUs are needed; the bus could not be measured.
absl::StatusOr<Breakdown> measure_breakdown(const BenchRun& run, BenchMessage message);

// Progress of a measurement.
void say_round(const BenchRun& run, const Round& round);

// `prosa bench --breakdown`; returns the exit code.
int breakdown_main(const BenchOptions& options);

}  // namespace prosa::bench
