#include <fmt/format.h>

#include "apps/prosa/instance_summary.hpp"
#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/load_report.hpp"
#include "apps/prosa/text_table.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

std::string rate_text(const LoadArguments& arguments, const LoadResult& result) {
    std::string text =
        fmt::format("  rate       intended {:.1f}/s, achieved {:.1f}/s ({})\n", result.intended_rate_per_s(),
                    result.achieved_rate_per_s(),
                    result.is_rate_reached() ? "reached" : "NOT REACHED: below 99 % of the intended");
    text += fmt::format("  requests   {} intended in {}, {} sent in that time, {} answered by a response\n",
                        result.intended(), format_duration(arguments.duration_ns), result.sent(),
                        result.responses());
    return text;
}

std::string windows_text(const LoadResult& result) {
    std::string text = fmt::format("  success    {:.3f} % in the worst window (second {}); each second:",
                                   result.worst_window_percent(), result.worst_window());
    constexpr std::size_t shown_max = 60;
    for (std::size_t i = 0; i < result.windows.size() && i < shown_max; ++i)
        text += fmt::format(" {:.2f}", result.windows[i].success_percent());
    if (result.windows.size() > shown_max) text += " ...";
    return text + "\n";
}

std::string counts_text(const LoadResult& result) {
    const LoadTotals& totals = result.totals;
    std::string text = fmt::format("  outcomes   responses {}", totals[LoadCounter::outcome_none]);
    for (std::size_t code = 1; code < service_error_count; ++code)
        text += fmt::format(", {} {}", name_of(static_cast<ServiceError>(code)),
                            totals.counts[static_cast<std::size_t>(LoadCounter::outcome_none) + code]);
    text += fmt::format(
        " (warm-up included)\n  not sent   refused as unreachable {}, as overloaded {}, unsent {}; "
        "sent late {}\n",
        totals[LoadCounter::refused_unreachable], totals[LoadCounter::refused_overloaded],
        totals[LoadCounter::unsent], totals[LoadCounter::late]);
    return text;
}

// Rare enough that nobody wants to read of none.
std::string out_of_range_text(const LoadMeasurement& run) {
    const std::uint64_t responses = run.response_time.out_of_range_count;
    const std::uint64_t services = run.service_time.out_of_range_count;
    if (responses == 0 && services == 0) return "";
    return fmt::format(
        "  out of range: {} response times, {} service times, which count as the nearest value in the "
        "range\n",
        responses, services);
}

std::string thresholds_text(const LoadReport& report) {
    std::string text;
    for (const LoadThreshold& threshold : report.thresholds)
        text += fmt::format("  threshold {}: {} ({})\n", threshold.text(),
                            threshold.holds(report.measurement.result) ? "holds" : "FAILED",
                            threshold.measured_text(report.measurement.result));
    return text.empty() ? "" : "\n" + text;
}

std::string jitter_text(const LoadReport& report) {
    const JitterReport& jitter = report.measurement.jitter;
    if (jitter.watched_ns == 0) return fmt::format("\n  Jitter of the machine: {}\n", jitter.note);
    return "\n" +
           latency_table("Jitter of the machine", report.arguments.percentiles,
                         {{fmt::format("gaps of {} and more, in {}", human_duration(jitter.threshold_ns),
                                       human_duration(jitter.watched_ns)),
                           &jitter.gaps.total}}) +
           "  " + jitter.note + "\n";
}

}  // namespace

std::string load_text(const LoadReport& report) {
    const LoadArguments& arguments = report.arguments;
    const LoadResult& result = report.measurement.result;
    std::string text = fmt::format(
        "{} of {}: {}/s {} {}, {} after {} of warm-up\n\n", arguments.service,
        report.measurement.instance.name, human_count(arguments.rate_per_s), arguments.schedule,
        arguments.arrivals, format_duration(arguments.duration_ns), format_duration(arguments.warmup_ns));
    if (!report.measurement.rate_changes.empty())
        text += fmt::format("  by hand    the rate was changed {} times, at last to {}/s\n",
                            report.measurement.rate_changes.size(),
                            human_count(report.measurement.rate_changes.back().rate_per_s));
    text += rate_text(arguments, result) + windows_text(result) + counts_text(result) + "\n";
    text += latency_table("Latency of responses", arguments.percentiles,
                          {{"response time (from the intended send time)", &result.response_time},
                           {"service time (from the real send)", &result.service_time}});
    text += out_of_range_text(report.measurement);
    return text + jitter_text(report) + "\n" + ledger_text(result.ledger) + thresholds_text(report);
}

std::string variation_text(const std::vector<RunVariation>& variation) {
    if (variation.empty()) return "";
    TextTable table({"From run to run", "percentile", "median", "min", "max"});
    for (const RunVariation& each : variation)
        table.add({each.series, percentile_name(each.percentile), human_duration(each.median),
                   human_duration(each.min), human_duration(each.max)});
    return "\n" + table.text();
}

}  // namespace prosa
