// apps/prosa/bench/latency_run.hpp: what one measurement of round trips gave.
#pragma once

#include "core/base/clock.hpp"
#include "core/stats/hdr_histogram.hpp"

namespace prosa::bench {

// Up to 10 s, three digits.
inline constexpr HdrRange bench_latency_range{1, 10 * ns_per_s, 3};

struct LatencyRun {
    HdrHistogram latency{bench_latency_range};
    Nanos elapsed_ns = 0;

    double percentile_ns(double percentile) const noexcept {
        return static_cast<double>(latency.value_at_percentile(percentile));
    }
    double per_second() const noexcept {
        return elapsed_ns == 0
                   ? 0
                   : static_cast<double>(latency.total_count()) * 1e9 / static_cast<double>(elapsed_ns);
    }
};

}  // namespace prosa::bench
