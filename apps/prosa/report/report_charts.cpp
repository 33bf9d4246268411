#include "apps/prosa/report/report_charts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/report/svg_chart.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

constexpr std::size_t drawn_points_max = 460;  // one for each second unit of the drawing's width
constexpr double drawn_from_percentile = 5;    // what is faster would take most of the height
constexpr std::size_t dotted_points_max = 60;

// Neighbours taken together, so that a line has a corner for every place it can be seen at; the worst latency
// of each group is kept.
std::vector<SeriesPoint> thinned(const std::vector<SeriesPoint>& points) {
    const std::size_t group = (points.size() + drawn_points_max - 1) / drawn_points_max;
    if (group <= 1) return points;
    std::vector<SeriesPoint> thin;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i % group == 0) {
            thin.push_back(points[i]);
            continue;
        }
        SeriesPoint& last = thin.back();
        last.length_s += points[i].length_s;
        last.count += points[i].count;
        for (Nanos SeriesPoint::*value :
             {&SeriesPoint::p50, &SeriesPoint::p99, &SeriesPoint::p999, &SeriesPoint::max})
            last.*value = std::max(last.*value, points[i].*value);
    }
    return thin;
}

double middle_s(const SeriesPoint& point) noexcept { return point.start_s + point.length_s / 2; }

double end_s(const LatencyReport& report) noexcept {
    double end = 0;
    for (const LatencySeries& series : report.series)
        if (!series.points.empty())
            end = std::max(end, series.points.back().start_s + series.points.back().length_s);
    return end;
}

bool has_time(const LatencyReport& report) noexcept {
    return std::any_of(report.series.begin(), report.series.end(),
                       [](const LatencySeries& series) { return series.points.size() > 1; });
}

std::vector<ChartPoint> percentile_points(const LatencySeries& series, const std::vector<double>& marked) {
    constexpr int ticks = 20;
    std::vector<ChartPoint> points;
    const HdrHistogram& total = series.total;
    const double last = 100 - 100 / std::max<double>(static_cast<double>(total.total_count()), 1);
    for (const PercentilePoint& point : total.percentile_points(ticks))
        points.push_back({std::min(point.percentile, last), static_cast<double>(point.value), {}});
    for (const double percentile : marked) {
        const auto value = total.value_at_percentile(percentile);
        const bool is_told_apart = percentile >= 100 || percentile <= last;
        if (total.total_count() != 0 && is_told_apart)
            points.push_back(
                {std::min(percentile, last), static_cast<double>(value),
                 fmt::format("{}: {} {}", series.name, percentile_name(percentile), human_duration(value))});
    }
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
    return points;
}

// Without a last interval that the end of the load cut short: what came in a moment is no rate.
std::vector<SeriesPoint> throughput_points(const LatencySeries& series) {
    std::vector<SeriesPoint> points = series.points;
    if (points.size() > 1 && points.back().length_s < points.front().length_s / 2) points.pop_back();
    return thinned(points);
}

}  // namespace

std::string percentile_chart(const LatencyReport& report) {
    std::uint64_t count = 0;
    Nanos low = std::numeric_limits<Nanos>::max();
    Nanos high = 1;
    for (const LatencySeries& series : report.series) {
        if (series.total.total_count() == 0) continue;
        count = std::max(count, series.total.total_count());
        low = std::min(low, series.total.value_at_percentile(drawn_from_percentile));
        high = std::max(high, series.total.max());
    }
    SvgChart chart("Latency by percentile", ChartAxis::percentiles(count),
                   ChartAxis::durations(static_cast<double>(std::min(low, high)), static_cast<double>(high)),
                   360);
    for (std::size_t i = 0; i < report.series.size(); ++i)
        chart.add_line(i, percentile_points(report.series[i], report.percentiles));
    return chart.text();
}

std::string throughput_chart(const LatencyReport& report) {
    if (!has_time(report)) return "";
    double high = 0;
    for (const LatencySeries& series : report.series)
        for (const SeriesPoint& point : throughput_points(series)) high = std::max(high, point.per_second());
    SvgChart chart("Throughput over time", ChartAxis::seconds(end_s(report)), ChartAxis::counts(high), 190);
    for (std::size_t i = 0; i < report.series.size(); ++i) {
        if (report.series[i].is_other_view) continue;
        std::vector<ChartPoint> corners;
        const auto points = throughput_points(report.series[i]);
        for (const SeriesPoint& point : points)
            corners.push_back({middle_s(point), point.per_second(),
                               points.size() > dotted_points_max
                                   ? std::string()
                                   : fmt::format("{}: {:.1f} s, {}/s", report.series[i].name, middle_s(point),
                                                 human_count(point.per_second()))});
        chart.add_line(i, corners);
    }
    return chart.text();
}

std::string latency_chart(const LatencyReport& report, std::string_view name, Nanos SeriesPoint::*value) {
    if (!has_time(report)) return "";
    Nanos low = std::numeric_limits<Nanos>::max();
    Nanos high = 1;
    for (const LatencySeries& series : report.series)
        for (const SeriesPoint& point : series.points) {
            if (point.count == 0) continue;
            low = std::min(low, point.*value);
            high = std::max(high, point.*value);
        }
    SvgChart chart(fmt::format("{} over time", name), ChartAxis::seconds(end_s(report)),
                   ChartAxis::durations(static_cast<double>(std::min(low, high)), static_cast<double>(high)),
                   190);
    for (std::size_t i = 0; i < report.series.size(); ++i) {
        std::vector<ChartPoint> corners;
        bool has_gap = false;
        const auto points = thinned(report.series[i].points);
        for (const SeriesPoint& point : points) {
            if (point.count != 0)
                corners.push_back({middle_s(point), static_cast<double>(point.*value),
                                   points.size() > dotted_points_max
                                       ? std::string()
                                       : fmt::format("{}: {:.1f} s, {} {}", report.series[i].name,
                                                     middle_s(point), name, human_duration(point.*value)),
                                   has_gap});
            has_gap = point.count == 0;
        }
        chart.add_line(i, corners);
    }
    return chart.text();
}

}  // namespace prosa
