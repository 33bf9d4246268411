// core/stats/hdr_histogram.hpp: counts of values with a bounded relative error (HdrHistogram).
//
// Threads   one. For a writer and readers on other threads see core/stats/interval_histogram.hpp.
// Range     a value below 0 counts as 0, one above highest_trackable as highest_trackable; each is counted by
//           out_of_range_count() too. So no value is lost, and a percentile never looks better than it was.
// Units     those of the recorded values; nanoseconds in this project.
// Cost      record: index_of and two additions. Allocates at construction only: 8 bytes times
//           layout().counter_count(), 270 KB for the default range. Queries walk all counters (about 10 us).
// Proof     test/core/stats/hdr_histogram_test.cpp
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/export.hpp"
#include "core/stats/hdr_layout.hpp"

namespace prosa {

// One line of a percentile distribution: `count_to_value` values are <= `value`.
struct PercentilePoint {
    std::int64_t value = 0;
    double percentile = 0;
    std::uint64_t count_to_value = 0;
};

class PROSA_API HdrHistogram {
  public:
    explicit HdrHistogram(const HdrRange& range = {});

    void record(std::int64_t value) noexcept { record_n(value, 1); }
    void record_n(std::int64_t value, std::uint64_t count) noexcept {
        if (value < 0 || value > layout_.range().highest_trackable) [[unlikely]]
            value = clamp(value, count);
        counts_[layout_.index_of(value)] += count;
        total_count_ += count;
    }

    // Counts values by the index of their counter, as an encoded histogram names them. Asserted: there is
    // such a counter.
    void record_at(std::size_t index, std::uint64_t count) noexcept;

    // Adds all counts of `other`. Its range may differ; a value is then counted at its lowest equivalent.
    void add(const HdrHistogram& other) noexcept;

    // Takes away what an earlier state of this histogram held. Asserted: same range, no count falls below 0.
    void subtract(const HdrHistogram& earlier) noexcept;

    void reset() noexcept;

    std::uint64_t total_count() const noexcept { return total_count_; }
    std::uint64_t out_of_range_count() const noexcept { return out_of_range_count_; }
    std::uint64_t count_at(std::int64_t value) const noexcept;

    // 0 when empty. The ends of the ranges of equivalent values, as HdrHistogram reports them.
    std::int64_t min() const noexcept;
    std::int64_t max() const noexcept;
    double mean() const noexcept;
    double standard_deviation() const noexcept;

    // The highest value equivalent to the smallest recorded one that has `percentile` per cent of all values
    // at or below it; for percentile 0 the lowest. The percentile is clamped to [0, 100]. 0 when empty.
    std::int64_t value_at_percentile(double percentile) const noexcept;

    // The per cent of values at or below those equivalent to `value`; 100 when empty.
    double percentile_at_or_below(std::int64_t value) const noexcept;

    // The distribution in steps that halve the distance to 100 % every `ticks_per_half_distance` lines; the
    // last line is 100 %. Empty when nothing is recorded. Allocates.
    std::vector<PercentilePoint> percentile_points(int ticks_per_half_distance) const;

    const HdrLayout& layout() const noexcept { return layout_; }
    std::span<const std::uint64_t> counts() const noexcept { return counts_; }

  private:
    friend class IntervalReader;

    std::int64_t clamp(std::int64_t value, std::uint64_t count) noexcept;

    HdrLayout layout_;
    std::vector<std::uint64_t> counts_;
    std::uint64_t total_count_ = 0;
    std::uint64_t out_of_range_count_ = 0;
};

}  // namespace prosa
