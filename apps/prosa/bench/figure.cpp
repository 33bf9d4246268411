#include "apps/prosa/bench/figure.hpp"

#include "apps/prosa/bench/cost_figures.hpp"
#include "apps/prosa/bench/idle_figure.hpp"
#include "apps/prosa/bench/parked_figure.hpp"
#include "apps/prosa/bench/publish_figures.hpp"
#include "apps/prosa/bench/raw_line.hpp"
#include "apps/prosa/bench/roundtrip_figures.hpp"
#include "apps/prosa/bench/switch_figures.hpp"
#include "apps/prosa/bench/timer_figure.hpp"
#include "apps/prosa/bench/tvf_figure.hpp"

namespace prosa::bench {
namespace {

constexpr const char* name_of(RoundKind kind) noexcept {
    switch (kind) {
        case RoundKind::counted:
            return "counts";
        case RoundKind::other_placement:
            return "steady, other placement";
        case RoundKind::unsteady:
            return "unsteady";
        case RoundKind::failed:
            return "failed";
    }
    return "";
}

std::string text_of(const Round& round) {
    std::string text = fmt::format("  raw {:.0f}/{:.0f} ns, {}:", round.raw_before_ns, round.raw_after_ns,
                                   name_of(round.kind));
    for (const double value : round.values) text += fmt::format(" {:.4g}", value);
    return text + (round.failure.empty() ? "" : " " + round.failure);
}

}  // namespace

void fill_result(const RoundSeries& series, const Placement& placement, std::size_t value_index,
                 FigureResult& result) {
    result.value = series.median(RoundKind::counted, value_index);
    result.value_other_placement = series.median(RoundKind::other_placement, value_index);
    if (const auto raw_ns = series.raw_line_ns(); raw_ns > 0.0) result.raw_line_ns = raw_ns;
    result.round_count = series.count(RoundKind::counted);
    result.other_round_count = series.count(RoundKind::other_placement);
    result.rounds = series.rounds();
    result.value_index = value_index;
    if (result.value) return;
    result.reason = "no valid placement";
    result.note = fmt::format("{} of {} rounds had both raw lines in {:.0f} to {:.0f} ns", result.round_count,
                              series.rounds().size(), placement.low_ns, placement.high_ns);
    if (const auto window = series.slower_window_ns())
        result.note += fmt::format(
            "; `--placement {:.0f}:{:.0f}` counts the steady ones of this machine, whose line is slower",
            window->first, window->second);
}

void BenchRun::say(const std::string& text) const { fmt::print(stderr, "{}\n", text); }

absl::StatusOr<double> BenchRun::raw_line_ns() const {
    if (!cpus_.ok()) return cpus_.status();
    return measure_raw_line_ns(*cpus_, pick(40, 20) * ns_per_ms);
}

absl::Status BenchRun::take_rounds(bool needs_placement, std::span<FigureResult> results,
                                   const std::vector<std::string>& detail_names, RoundSeries::Measure measure,
                                   std::size_t wanted_count) const {
    const Placement& placement = options_.placement;
    RoundLimits limits{.wanted_count = wanted_count, .attempts_max = is_quick() ? 8U : 15U};
    // A placement may last no longer than a second: many short rounds find enough of it.
    if (needs_placement) {
        limits.attempts_max = is_quick() ? 30 : 80;
        limits.time_max_ns = pick(120 * ns_per_s, 20 * ns_per_s);
    }
    RoundSeries series(needs_placement ? std::optional(placement) : std::nullopt, limits);
    // A figure that needs no second CPU goes without a raw line where there is none.
    const auto raw_line = [this, needs_placement] {
        return needs_placement || cpus_.ok() ? raw_line_ns() : absl::StatusOr<double>(0.0);
    };
    const auto show = [this](const Round& round) { say(text_of(round)); };
    const absl::Status status = series.take(raw_line, measure, show);
    if (!status.ok()) return status;
    const bool shows_counted = series.count(RoundKind::counted) >= wanted_count;
    for (std::size_t i = 0; i < results.size(); ++i) {
        fill_result(series, placement, i, results[i]);
        for (std::size_t d = 0; d < detail_names.size(); ++d) {
            const auto detail = series.median(shows_counted ? RoundKind::counted : RoundKind::other_placement,
                                              results.size() + d);
            if (detail) results[i].details.emplace_back(detail_names[d], *detail);
        }
    }
    return absl::OkStatus();
}

std::vector<FigureGroup> figure_groups() {
    std::vector<FigureGroup> groups = roundtrip_groups();
    for (auto&& group : {cost_group(), parked_group(), idle_group()}) groups.push_back(group);
    for (auto&& group : publish_groups()) groups.push_back(group);
    for (auto&& group : {timer_group(), tvf_group(), switch_group()}) groups.push_back(group);
    return groups;
}

bool lacks(const std::filesystem::path& file, std::string_view remedy, std::span<FigureResult> results) {
    if (std::filesystem::exists(file)) return false;
    for (FigureResult& result : results)
        result.reason = fmt::format("there is no {}: {}", file.string(), remedy);
    return true;
}

}  // namespace prosa::bench
