#include "apps/prosa/latency_table.hpp"

#include <fmt/format.h>

#include "apps/prosa/text_table.hpp"
#include "core/base/units.hpp"

namespace prosa {

std::string percentile_name(double percentile) {
    return percentile >= 100 ? std::string("max") : fmt::format("p{}", percentile);
}

std::string latency_table(std::string_view title, std::span<const double> percentiles,
                          const std::vector<std::pair<std::string, const HdrHistogram*>>& rows) {
    std::vector<std::string> header{std::string(title)};
    for (const double percentile : percentiles) header.push_back(percentile_name(percentile));
    header.emplace_back("count");
    TextTable table(std::move(header));
    for (const auto& [name, histogram] : rows) {
        std::vector<std::string> row{name};
        for (const double percentile : percentiles)
            row.push_back(histogram->total_count() == 0
                              ? std::string("-")
                              : human_duration(histogram->value_at_percentile(percentile)));
        row.push_back(fmt::format("{}", histogram->total_count()));
        table.add(std::move(row));
    }
    return table.text();
}

}  // namespace prosa
