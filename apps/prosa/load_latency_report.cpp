#include "apps/prosa/load_latency_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/environment_facts.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

Nanos median_of(std::vector<Nanos> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

OutcomeCounts outcomes_of(const LoadTotals& totals, std::string name) {
    OutcomeCounts outcomes{std::move(name), {{"responses", totals[LoadCounter::outcome_none]}}};
    for (std::size_t code = 1; code < service_error_count; ++code)
        outcomes.counts.emplace_back(
            name_of(static_cast<ServiceError>(code)),
            totals.counts[static_cast<std::size_t>(LoadCounter::outcome_none) + code]);
    outcomes.counts.emplace_back(
        "refused", totals[LoadCounter::refused_unreachable] + totals[LoadCounter::refused_overloaded]);
    outcomes.counts.emplace_back("unsent", totals[LoadCounter::unsent]);
    return outcomes;
}

LatencySeries sum_of(std::span<const LoadMeasurement> runs, LatencySeries LoadMeasurement::*kind,
                     std::string name) {
    LatencySeries sum;
    sum.name = std::move(name);
    sum.is_other_view = true;
    for (const LoadMeasurement& run : runs) sum.add((run.*kind).total, (run.*kind).out_of_range_count);
    return sum;
}

std::vector<LatencySeries> series_of(std::span<const LoadMeasurement> runs) {
    std::vector<LatencySeries> series;
    if (runs.size() == 1) {
        series = {runs.front().response_time, runs.front().service_time};
        series.back().is_other_view = true;
        return series;
    }
    series.push_back(sum_of(runs, &LoadMeasurement::response_time, "response time, all runs"));
    for (const LoadMeasurement& run : runs) {
        series.push_back(run.response_time);
        series.back().name = fmt::format("run {}", series.size() - 1);
    }
    series.push_back(sum_of(runs, &LoadMeasurement::service_time, "service time, all runs"));
    return series;
}

ReportFacts facts_of(std::span<const LoadMeasurement> runs) {
    double intended = 0;
    double achieved = 0;
    double worst_percent = 100;
    for (const LoadMeasurement& run : runs) {
        intended += run.result.intended_rate_per_s() / static_cast<double>(runs.size());
        achieved += run.result.achieved_rate_per_s() / static_cast<double>(runs.size());
        worst_percent = std::min(worst_percent, run.result.worst_window_percent());
    }
    return {{"intended", human_count(intended) + "/s"},
            {"sent", human_count(achieved) + "/s"},
            {"success, worst second", fmt::format("{:.3f} %", worst_percent)}};
}

std::string placement_text(std::span<const LoadMeasurement> runs) {
    std::string text;
    for (const LoadMeasurement& run : runs)
        text += fmt::format(
            "{}{} before, {} after", text.empty() ? "" : "; ",
            run.raw_line_before_ns ? fmt::format("{:.0f} ns", *run.raw_line_before_ns) : "unknown",
            run.raw_line_after_ns ? fmt::format("{:.0f} ns", *run.raw_line_after_ns) : "unknown");
    return text;
}

ReportFacts environment_of(std::span<const LoadMeasurement> runs) {
    ReportFacts facts = environment_facts();
    facts.emplace_back("raw_line", placement_text(runs));
    for (const ReactorReport& reactor : runs.front().instance.reactors)
        facts.emplace_back(fmt::format("reactor_{}", value_of(reactor.id)),
                           fmt::format("CPU {}: {}", reactor.cpu ? fmt::format("{}", *reactor.cpu) : "any",
                                       reactor.placement));
    return facts;
}

// Of all runs; each was watched in the same way.
JitterReport jitter_of(std::span<const LoadMeasurement> runs) {
    JitterReport sum = runs.front().jitter;
    for (const LoadMeasurement& run : runs.subspan(1)) {
        sum.gaps.add(run.jitter.gaps.total, run.jitter.gaps.out_of_range_count);
        sum.watched_ns += run.jitter.watched_ns;
    }
    return sum;
}

}  // namespace

std::vector<RunVariation> variation_of(std::span<const LoadMeasurement> runs,
                                       const std::vector<double>& percentiles) {
    std::vector<RunVariation> variation;
    if (runs.size() < 2) return variation;
    for (LatencySeries LoadMeasurement::*kind :
         {&LoadMeasurement::response_time, &LoadMeasurement::service_time})
        for (const double percentile : percentiles) {
            std::vector<Nanos> values;
            for (const LoadMeasurement& run : runs)
                values.push_back((run.*kind).total.value_at_percentile(percentile));
            const auto [least, largest] = std::minmax_element(values.begin(), values.end());
            variation.push_back({(runs.front().*kind).name, percentile, median_of(values), *least, *largest});
        }
    return variation;
}

LatencyReport latency_report_of(const LoadArguments& arguments, std::span<const LoadMeasurement> runs) {
    LatencyReport report;
    report.title = fmt::format("{} at {}/s", arguments.service, human_count(arguments.rate_per_s));
    report.subtitle = fmt::format(
        "{}: {} {} arrivals, {} after {} of warm-up{}", runs.front().instance.name, arguments.schedule,
        arguments.arrivals, format_duration(arguments.duration_ns), format_duration(arguments.warmup_ns),
        runs.size() > 1 ? fmt::format(", {} runs", runs.size()) : "");
    report.percentiles = arguments.percentiles;
    report.series = series_of(runs);
    for (const LoadMeasurement& run : runs)
        if (!run.rate_changes.empty()) report.subtitle += "; its rate was changed by hand";
    report.run_tags = arguments.run_tags;
    report.facts = facts_of(runs);
    for (std::size_t i = 0; i < runs.size(); ++i)
        report.outcomes.push_back(outcomes_of(runs[i].result.totals, fmt::format("run {}", i + 1)));
    report.variation = variation_of(runs, arguments.percentiles);
    report.jitter = jitter_of(runs);
    report.environment = environment_of(runs);
    report.warnings = runs.front().instance.warnings;
    return report;
}

}  // namespace prosa
