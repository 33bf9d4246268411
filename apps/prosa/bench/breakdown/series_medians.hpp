// apps/prosa/bench/breakdown/series_medians.hpp: medians of the best rounds that a series has.
#pragma once

#include "apps/prosa/bench/rounds.hpp"

namespace prosa::bench {

// A placement may last no longer than a round, and on a busy machine a round may be disturbed: another one comes
// then.
inline RoundSeries breakdown_series(const Placement& placement, std::size_t wanted_count) {
    constexpr std::size_t spare_attempts = 12;
    const std::size_t attempts_max = 4 * wanted_count + spare_attempts;
    return {placement,
            {.wanted_count = wanted_count, .attempts_max = attempts_max, .failures_max = attempts_max}};
}

// Counted ones, else steady ones elsewhere, else any.
inline RoundKind best_kind(const RoundSeries& series) {
    for (const RoundKind kind : {RoundKind::counted, RoundKind::other_placement})
        if (series.count(kind) > 0) return kind;
    return RoundKind::unsteady;
}

// Of the value at this place. Asserted: there is such a round.
inline double median_of(const RoundSeries& series, RoundKind kind, std::size_t value_index) {
    std::vector<double> values;
    for (const Round& round : series.rounds())
        if (round.kind == kind) values.push_back(round.values.at(value_index));
    return median_of(std::move(values));
}

}  // namespace prosa::bench
