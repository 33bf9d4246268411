// apps/prosa/bench/rounds.hpp: which measurements count: rounds between two looks at the raw line.
//
// Virtual CPUs move between physical placements while a program runs, and every figure that crosses cores
// moves with them. So a round measures the raw line, then what is compared, one after the other, then the
// raw line again. It counts when both raw lines lie in the placement's window and differ by at most its
// tolerance.
#pragma once

#include <absl/functional/function_ref.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/status.hpp"

namespace prosa::bench {

struct Placement {
    double low_ns = 80;  // two threads of one core see less
    double high_ns = 160;
    double tolerance = 0.10;  // between the two raw lines, of the smaller

    bool is_steady(double before_ns, double after_ns) const noexcept;
    bool holds(double before_ns, double after_ns) const noexcept;
};

enum class RoundKind : std::uint8_t {
    counted,          // in the window, steady
    other_placement,  // steady, at another level
    unsteady,         // the placement changed, or something else ran
    failed,           // the measurement broke, and has no values
};

struct Round {
    double raw_before_ns = 0;
    double raw_after_ns = 0;
    RoundKind kind = RoundKind::unsteady;
    std::vector<double> values;
    std::string failure;
};

struct RoundLimits {
    std::size_t wanted_count = 5;
    std::size_t attempts_max = 12;
    // On a busy machine a reactor may stand still for long; more is no accident.
    std::size_t failures_max = 2;
    Nanos time_max_ns = no_deadline_ns;  // no round begins later
};

class RoundSeries {
  public:
    using Measure = absl::FunctionRef<absl::StatusOr<std::vector<double>>()>;
    using RawLine = absl::FunctionRef<absl::StatusOr<double>()>;

    // Without a placement all rounds count.
    RoundSeries(std::optional<Placement> placement, RoundLimits limits)
        : placement_(placement), limits_(limits) {}

    // Takes rounds until enough count, or until it is plain that this machine gives none: after
    // attempts_max or time_max_ns, or when half of the attempts were steady elsewhere and none counted.
    // `measure` returns as many values each time. Error: that of the measurement that failed once too often.
    absl::Status take(RawLine raw_line, Measure measure, absl::FunctionRef<void(const Round&)> on_round);

    // For series that take their rounds in turns: one that was measured elsewhere, with its kind set.
    void add(Round round) { rounds_.push_back(std::move(round)); }
    // What a round between these raw lines is.
    RoundKind kind_between(double before_ns, double after_ns) const noexcept;
    // Further rounds are pointless.
    bool is_enough() const noexcept;

    std::size_t count(RoundKind kind) const noexcept;

    // Nothing when fewer than wanted_count rounds are of that kind.
    std::optional<double> median(RoundKind kind, std::size_t value_index) const;

    // Of the raw lines of the rounds that count, else of the steady ones, else of all.
    std::optional<double> raw_line_ns() const;

    // The window, in whole tens of ns, that holds the steady rounds of a machine whose line is slower than the
    // placement's: nothing when a round counted, or when they lie so far apart that they are several placements.
    std::optional<std::pair<double, double>> slower_window_ns() const;

    const std::vector<Round>& rounds() const noexcept { return rounds_; }

  private:
    absl::Status take_one(RawLine raw_line, Measure measure, Round& round) const;

    std::optional<Placement> placement_;
    RoundLimits limits_;
    std::vector<Round> rounds_;
};

// Of an even number the mean of the two in the middle. Asserted: not empty.
double median_of(std::vector<double> values);

}  // namespace prosa::bench
