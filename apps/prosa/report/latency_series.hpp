// apps/prosa/report/latency_series.hpp: one line of a comparison: latencies as a whole and over time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/stats/hdr_histogram.hpp"

namespace prosa {

// Of one interval; 0 where nothing was recorded.
struct SeriesPoint {
    double start_s = 0;  // after the series began
    double length_s = 0;
    std::uint64_t count = 0;
    Nanos p50 = 0;
    Nanos p99 = 0;
    Nanos p999 = 0;
    Nanos max = 0;

    double per_second() const noexcept { return length_s > 0 ? static_cast<double>(count) / length_s : 0; }
};

struct PROSA_API LatencySeries {
    std::string name;
    HdrHistogram total{HdrRange{}};
    std::uint64_t out_of_range_count = 0;
    std::vector<SeriesPoint> points{};
    bool is_other_view =
        false;  // of the same transactions as another series: its throughput says nothing new
    // The range widens as needed, so no value of a log with a larger one is clamped.
    void add(const HdrHistogram& histogram, std::uint64_t histogram_out_of_range_count);
    void add_interval(double start_s, double length_s, const HdrHistogram& histogram,
                      std::uint64_t histogram_out_of_range_count);

    // From the first interval's start to the last one's end.
    double duration_s() const noexcept;
};

}  // namespace prosa
