#include <fmt/format.h>

#include <functional>

#include "apps/prosa/latency_table.hpp"
#include "apps/prosa/report/latency_report.hpp"
#include "apps/prosa/text_table.hpp"
#include "core/base/units.hpp"

namespace prosa {
namespace {

using Cell = std::function<std::string(const LatencySeries&)>;

std::string duration_cell(const LatencySeries& series, Nanos value) {
    return series.total.total_count() == 0 ? std::string("-") : human_duration(value);
}

std::vector<std::pair<std::string, Cell>> rows_of(const LatencyReport& report) {
    std::vector<std::pair<std::string, Cell>> rows;
    rows.emplace_back("min", [](const auto& series) { return duration_cell(series, series.total.min()); });
    for (const double percentile : report.percentiles)
        rows.emplace_back(percentile_name(percentile), [percentile](const auto& series) {
            return duration_cell(series, series.total.value_at_percentile(percentile));
        });
    rows.emplace_back("mean", [](const auto& series) {
        return duration_cell(series, static_cast<Nanos>(series.total.mean()));
    });
    rows.emplace_back("count",
                      [](const auto& series) { return fmt::format("{}", series.total.total_count()); });
    rows.emplace_back("per second", [](const auto& series) {
        const double duration_s = series.duration_s();
        return duration_s > 0
                   ? fmt::format("{:.1f}", static_cast<double>(series.total.total_count()) / duration_s)
                   : std::string("-");
    });
    rows.emplace_back("out of range",
                      [](const auto& series) { return fmt::format("{}", series.out_of_range_count); });
    return rows;
}

}  // namespace

std::string series_table(const LatencyReport& report) {
    std::vector<std::string> header{report.title};
    for (const LatencySeries& series : report.series) header.push_back(series.name);
    TextTable table(std::move(header));
    for (const auto& [name, cell] : rows_of(report)) {
        std::vector<std::string> row{name};
        for (const LatencySeries& series : report.series) row.push_back(cell(series));
        table.add(std::move(row));
    }
    return table.text();
}

}  // namespace prosa
