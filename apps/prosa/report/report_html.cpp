#include <fmt/format.h>

#include <algorithm>

#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/report/html_style.hpp"
#include "apps/prosa/report/html_text.hpp"
#include "apps/prosa/report/latency_report.hpp"
#include "apps/prosa/report/report_charts.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

constexpr std::size_t color_count = 8;

std::string tile(std::string_view value, std::string_view name) {
    return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", html_text(value),
                       html_text(name));
}

std::string head(const LatencyReport& report) {
    std::string text = fmt::format("<h1>{}</h1>\n", html_text(report.title));
    if (!report.subtitle.empty())
        text += fmt::format("<p class=\"subtitle\">{}</p>\n", html_text(report.subtitle));
    if (report.run_tags.empty()) return text;
    text += "<div class=\"tags\">";
    for (const auto& [name, value] : report.run_tags)
        text += fmt::format("<span class=\"tag\">{} = {}</span>", html_text(name), html_text(value));
    return text + "</div>\n";
}

// The first series in large figures, and what is known of the run as a whole.
std::string tiles(const LatencyReport& report) {
    const LatencySeries& first = report.series.front();
    std::string text = "<div class=\"tiles\">\n";
    for (const double percentile : {50.0, 99.0, 99.9, 100.0})
        text +=
            tile(first.total.total_count() == 0 ? std::string("-")
                                                : human_duration(first.total.value_at_percentile(percentile)),
                 fmt::format("{}, {}", percentile_name(percentile), first.name));
    text += "</div>\n";
    if (report.facts.empty()) return text;
    text += "<div class=\"tiles\">\n";
    for (const auto& [name, value] : report.facts) text += tile(value, name);
    return text + "</div>\n";
}

std::string legend(const LatencyReport& report, bool is_over_time) {
    std::string text = "<div class=\"legend\">";
    for (std::size_t i = 0; i < report.series.size(); ++i)
        if (!is_over_time || !report.series[i].points.empty())
            text += fmt::format("<span><i class=\"p{}{}\"></i>{}</span>", i % color_count,
                                i >= color_count ? " dashed" : "", html_text(report.series[i].name));
    return text + "</div>\n";
}

std::string row(std::string_view tag, const std::vector<std::string>& cells) {
    std::string text = "<tr>";
    for (const std::string& cell : cells) text += fmt::format("<{0}>{1}</{0}>", tag, html_text(cell));
    return text + "</tr>\n";
}

std::string percentile_table(const LatencyReport& report) {
    std::vector<std::string> header{""};
    for (const double percentile : report.percentiles) header.push_back(percentile_name(percentile));
    header.insert(header.end(), {"mean", "count", "out of range"});
    std::string text = "<div class=\"scroll\"><table>\n" + row("th", header);
    for (const LatencySeries& series : report.series) {
        const bool is_empty = series.total.total_count() == 0;
        std::vector<std::string> cells{series.name};
        for (const double percentile : report.percentiles)
            cells.push_back(is_empty ? "-" : human_duration(series.total.value_at_percentile(percentile)));
        cells.push_back(is_empty ? "-" : human_duration(static_cast<Nanos>(series.total.mean())));
        cells.push_back(fmt::format("{}", series.total.total_count()));
        cells.push_back(fmt::format("{}", series.out_of_range_count));
        text += row("td", cells);
    }
    return text + "</table></div>\n";
}

std::string percentile_section(const LatencyReport& report) {
    return "<section id=\"percentiles\"><h2>Latency by percentile</h2>"
           "<p>Each step to the right is ten times rarer. The line ends at the largest value.</p>\n" +
           legend(report, false) + percentile_chart(report) + percentile_table(report) + "</section>\n";
}

std::string time_section(const LatencyReport& report) {
    const std::string throughput = throughput_chart(report);
    if (throughput.empty()) return "";
    std::string text =
        "<section id=\"time\"><h2>Over time</h2><p>Each point is one interval of the log.</p>\n" +
        legend(report, true) + "<h3>Responses per second</h3>" + throughput;
    text += "<h3>p50</h3>" + latency_chart(report, "p50", &SeriesPoint::p50);
    text += "<h3>p99</h3>" + latency_chart(report, "p99", &SeriesPoint::p99);
    text += "<h3>max</h3>" + latency_chart(report, "max", &SeriesPoint::max);
    return text + "</section>\n";
}

// Responses in green, what failed in red.
std::string outcome_bar(const OutcomeCounts& outcomes) {
    std::string text = "<div class=\"bar\">";
    for (std::size_t i = 0; i < outcomes.counts.size(); ++i) {
        const auto& [name, count] = outcomes.counts[i];
        if (count != 0)
            text += fmt::format("<i style=\"flex:{} 0 2px;background:var(--{})\" title=\"{} {}\"></i>", count,
                                i == 0 ? "good" : "bad", html_text(name), count);
    }
    return text + "</div>\n";
}

std::string outcome_section(const LatencyReport& report) {
    if (report.outcomes.empty()) return "";
    std::string text = "<section id=\"outcomes\"><h2>Outcomes</h2><p>The warm-up included.</p>\n";
    std::vector<std::string> header{""};
    for (const auto& [name, count] : report.outcomes.front().counts) header.push_back(name);
    std::string table = row("th", header);
    for (const OutcomeCounts& outcomes : report.outcomes) {
        if (report.outcomes.size() > 1) text += fmt::format("<h3>{}</h3>", html_text(outcomes.run));
        text += outcome_bar(outcomes);
        std::vector<std::string> cells{outcomes.run};
        for (const auto& [name, count] : outcomes.counts) cells.push_back(fmt::format("{}", count));
        table += row("td", cells);
    }
    return text + "<div class=\"scroll\"><table>\n" + table + "</table></div></section>\n";
}

std::string variation_section(const LatencyReport& report) {
    if (report.variation.empty()) return "";
    std::string text =
        "<section id=\"variation\"><h2>From run to run</h2><p>Of each run's percentile the median, the least "
        "and the "
        "largest.</p>\n<div class=\"scroll\"><table>\n" +
        row("th", {"", "percentile", "median", "min", "max", "max / min"});
    for (const RunVariation& each : report.variation)
        text += row("td", {each.series, percentile_name(each.percentile), human_duration(each.median),
                           human_duration(each.min), human_duration(each.max),
                           each.min > 0 ? fmt::format("{:.2f}", static_cast<double>(each.max) /
                                                                    static_cast<double>(each.min))
                                        : std::string("-")});
    return text + "</table></div></section>\n";
}

std::string jitter_section(const LatencyReport& report) {
    if (!report.jitter) return "";
    const JitterReport& jitter = *report.jitter;
    const HdrHistogram& gaps = jitter.gaps.total;
    std::string text = fmt::format("<section id=\"jitter\"><h2>Jitter of the machine</h2><p>{}</p>\n",
                                   html_text(jitter.note));
    if (jitter.watched_ns == 0) return text + "</section>\n";
    std::vector<std::string> header{fmt::format("gaps of {} and more", human_duration(jitter.threshold_ns))};
    std::vector<std::string> cells{
        fmt::format("{} in {}", gaps.total_count(), human_duration(jitter.watched_ns))};
    for (const double percentile : report.percentiles) {
        header.push_back(percentile_name(percentile));
        cells.push_back(gaps.total_count() == 0 ? "-" : human_duration(gaps.value_at_percentile(percentile)));
    }
    header.emplace_back("time lost");
    cells.push_back(fmt::format("{:.3f} %", 100 * gaps.mean() * static_cast<double>(gaps.total_count()) /
                                                static_cast<double>(jitter.watched_ns)));
    return text + "<div class=\"scroll\"><table>\n" + row("th", header) + row("td", cells) +
           "</table></div></section>\n";
}

std::string environment_section(const LatencyReport& report) {
    if (report.environment.empty() && report.warnings.empty()) return "";
    std::string text = "<section id=\"environment\"><h2>Environment</h2>\n<dl>";
    for (const auto& [name, value] : report.environment)
        text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(name), html_text(value));
    text += "</dl>\n";
    for (const std::string& warning : report.warnings)
        text += fmt::format("<p class=\"warning\">{}</p>\n", html_text(warning));
    return text + "</section>\n";
}

}  // namespace

std::string report_html(const LatencyReport& report) {
    std::string page = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, "
        "initial-scale=1\">\n<title>{}</title>\n<style>{}</style></head>\n<body><main>\n",
        html_text(report.title), html_style);
    page += head(report) + tiles(report) + percentile_section(report) + time_section(report);
    page += outcome_section(report) + variation_section(report) + jitter_section(report);
    page += environment_section(report);
    return page + "<footer>prosa " PROSA_VERSION "</footer>\n</main></body></html>\n";
}

}  // namespace prosa
