#include "apps/prosa/bench/rounds.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/assert.hpp"

namespace prosa::bench {

bool Placement::is_steady(double before_ns, double after_ns) const noexcept {
    return std::abs(after_ns - before_ns) <= tolerance * std::min(before_ns, after_ns);
}

bool Placement::holds(double before_ns, double after_ns) const noexcept {
    return is_steady(before_ns, after_ns) && std::min(before_ns, after_ns) >= low_ns &&
           std::max(before_ns, after_ns) <= high_ns;
}

double median_of(std::vector<double> values) {
    PROSA_ASSERT(!values.empty(), "a median needs a value");
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::size_t RoundSeries::count(RoundKind kind) const noexcept {
    return static_cast<std::size_t>(std::count_if(rounds_.begin(), rounds_.end(),
                                                  [kind](const Round& round) { return round.kind == kind; }));
}

bool RoundSeries::is_enough() const noexcept {
    const std::size_t counted = count(RoundKind::counted);
    if (counted >= limits_.wanted_count || rounds_.size() >= limits_.attempts_max) return true;
    const std::size_t many = std::max(limits_.wanted_count, (limits_.attempts_max + 1) / 2);
    return counted == 0 && count(RoundKind::other_placement) >= many;
}

absl::Status RoundSeries::take_one(RawLine raw_line, Measure measure, Round& round) const {
    const auto before_ns = raw_line();
    if (!before_ns.ok()) return before_ns.status();
    auto values = measure();
    if (!values.ok()) return values.status();
    const auto after_ns = raw_line();
    if (!after_ns.ok()) return after_ns.status();
    round.raw_before_ns = *before_ns;
    round.raw_after_ns = *after_ns;
    round.values = *std::move(values);
    return absl::OkStatus();
}

RoundKind RoundSeries::kind_between(double before_ns, double after_ns) const noexcept {
    if (!placement_ || placement_->holds(before_ns, after_ns)) return RoundKind::counted;
    return placement_->is_steady(before_ns, after_ns) ? RoundKind::other_placement : RoundKind::unsteady;
}

absl::Status RoundSeries::take(RawLine raw_line, Measure measure,
                               absl::FunctionRef<void(const Round&)> on_round) {
    const Nanos begin_ns = monotonic_now_ns();
    while (!is_enough() && monotonic_now_ns() - begin_ns < limits_.time_max_ns) {
        Round round;
        const absl::Status taken = take_one(raw_line, measure, round);
        round.kind = taken.ok() ? kind_between(round.raw_before_ns, round.raw_after_ns) : RoundKind::failed;
        round.failure = message_of(taken);
        add(std::move(round));
        on_round(rounds_.back());
        if (!taken.ok() && count(RoundKind::failed) > limits_.failures_max) return taken;
    }
    return absl::OkStatus();
}

std::optional<double> RoundSeries::median(RoundKind kind, std::size_t value_index) const {
    std::vector<double> values;
    for (const Round& round : rounds_)
        if (round.kind == kind) values.push_back(round.values.at(value_index));
    if (values.size() < limits_.wanted_count) return std::nullopt;
    return median_of(std::move(values));
}

std::optional<double> RoundSeries::raw_line_ns() const {
    for (const RoundKind worst : {RoundKind::counted, RoundKind::other_placement, RoundKind::unsteady}) {
        std::vector<double> raw_ns;
        for (const Round& round : rounds_)
            if (round.kind <= worst) raw_ns.insert(raw_ns.end(), {round.raw_before_ns, round.raw_after_ns});
        if (!raw_ns.empty()) return median_of(std::move(raw_ns));
    }
    return std::nullopt;
}

std::optional<std::pair<double, double>> RoundSeries::slower_window_ns() const {
    constexpr double widest = 2;  // highest to lowest, as in the default window
    std::vector<double> raw_ns;
    for (const Round& round : rounds_)
        if (round.kind == RoundKind::other_placement && round.raw_before_ns > placement_->high_ns)
            raw_ns.insert(raw_ns.end(), {round.raw_before_ns, round.raw_after_ns});
    if (raw_ns.empty() || count(RoundKind::counted) != 0) return std::nullopt;
    const auto [least, greatest] = std::minmax_element(raw_ns.begin(), raw_ns.end());
    if (*greatest > widest * *least) return std::nullopt;
    return std::pair(std::floor(*least / 10) * 10, std::ceil(*greatest / 10) * 10);
}

}  // namespace prosa::bench
