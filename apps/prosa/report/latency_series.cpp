#include "apps/prosa/report/latency_series.hpp"

#include <algorithm>

namespace prosa {
namespace {

// Also what was counted above the highest value that the range promises, as some tools do.
HdrRange covering(const HdrHistogram& a, const HdrHistogram& b) {
    const HdrRange& range_a = a.layout().range();
    const HdrRange& range_b = b.layout().range();
    return {.lowest_discernible = std::min(range_a.lowest_discernible, range_b.lowest_discernible),
            .highest_trackable =
                std::max({range_a.highest_trackable, range_b.highest_trackable, a.max(), b.max()}),
            .significant_digits = std::max(range_a.significant_digits, range_b.significant_digits)};
}

}  // namespace

void LatencySeries::add(const HdrHistogram& histogram, std::uint64_t histogram_out_of_range_count) {
    out_of_range_count += histogram_out_of_range_count;
    if (total.layout().range() == histogram.layout().range()) return total.add(histogram);
    if (total.total_count() == 0) {
        total = histogram;
        return;
    }
    const HdrRange range = covering(total, histogram);
    if (range != total.layout().range()) {
        HdrHistogram wider(range);
        wider.add(total);
        total = std::move(wider);
    }
    total.add(histogram);
}

void LatencySeries::add_interval(double start_s, double length_s, const HdrHistogram& histogram,
                                 std::uint64_t histogram_out_of_range_count) {
    add(histogram, histogram_out_of_range_count);
    points.push_back({.start_s = start_s,
                      .length_s = length_s,
                      .count = histogram.total_count(),
                      .p50 = histogram.value_at_percentile(50),
                      .p99 = histogram.value_at_percentile(99),
                      .p999 = histogram.value_at_percentile(99.9),
                      .max = histogram.max()});
}

double LatencySeries::duration_s() const noexcept {
    if (points.empty()) return 0;
    return points.back().start_s + points.back().length_s - points.front().start_s;
}

}  // namespace prosa
