#include "core/stats/hdr_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/assert.hpp"

namespace prosa {

HdrHistogram::HdrHistogram(const HdrRange& range) : layout_(range), counts_(layout_.counter_count(), 0) {}

std::int64_t HdrHistogram::clamp(std::int64_t value, std::uint64_t count) noexcept {
    out_of_range_count_ += count;
    return value < 0 ? 0 : layout_.range().highest_trackable;
}

void HdrHistogram::record_at(std::size_t index, std::uint64_t count) noexcept {
    PROSA_ASSERT(index < counts_.size(), "the index is one of the layout's counters");
    counts_[index] += count;
    total_count_ += count;
}

void HdrHistogram::add(const HdrHistogram& other) noexcept {
    out_of_range_count_ += other.out_of_range_count_;
    if (layout_.range() == other.layout_.range()) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        total_count_ += other.total_count_;
        return;
    }
    for (std::size_t i = 0; i < other.counts_.size(); ++i)
        if (other.counts_[i] != 0) record_n(other.layout_.value_at(i), other.counts_[i]);
}

void HdrHistogram::subtract(const HdrHistogram& earlier) noexcept {
    PROSA_ASSERT(layout_.range() == earlier.layout_.range(), "both histograms have the same range");
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        PROSA_ASSERT(counts_[i] >= earlier.counts_[i], "only an earlier state can be subtracted");
        counts_[i] -= earlier.counts_[i];
    }
    PROSA_ASSERT(out_of_range_count_ >= earlier.out_of_range_count_,
                 "only an earlier state can be subtracted");
    total_count_ -= earlier.total_count_;
    out_of_range_count_ -= earlier.out_of_range_count_;
}

void HdrHistogram::reset() noexcept {
    std::fill(counts_.begin(), counts_.end(), std::uint64_t{0});
    total_count_ = 0;
    out_of_range_count_ = 0;
}

std::uint64_t HdrHistogram::count_at(std::int64_t value) const noexcept {
    if (value < 0 || value > layout_.range().highest_trackable) return 0;
    return counts_[layout_.index_of(value)];
}

std::int64_t HdrHistogram::min() const noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if (counts_[i] != 0) return layout_.value_at(i);
    return 0;
}

std::int64_t HdrHistogram::max() const noexcept {
    for (std::size_t i = counts_.size(); i-- > 0;)
        if (counts_[i] != 0) return layout_.highest_equivalent(layout_.value_at(i));
    return 0;
}

double HdrHistogram::mean() const noexcept {
    if (total_count_ == 0) return 0;
    double sum = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        if (counts_[i] != 0)
            sum += static_cast<double>(counts_[i]) *
                   static_cast<double>(layout_.median_equivalent(layout_.value_at(i)));
    return sum / static_cast<double>(total_count_);
}

double HdrHistogram::standard_deviation() const noexcept {
    if (total_count_ == 0) return 0;
    const double centre = mean();
    double squares = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        const double distance = static_cast<double>(layout_.median_equivalent(layout_.value_at(i))) - centre;
        squares += distance * distance * static_cast<double>(counts_[i]);
    }
    return std::sqrt(squares / static_cast<double>(total_count_));
}

std::int64_t HdrHistogram::value_at_percentile(double percentile) const noexcept {
    if (total_count_ == 0) return 0;
    if (!(percentile > 0)) return min();
    // One step below: 99.9 is a little above 99.9 %, which must not ask for one value more.
    const double wanted =
        std::min(std::nextafter(percentile, -std::numeric_limits<double>::infinity()), 100.0);
    const double exact_rank = std::ceil(wanted * static_cast<double>(total_count_) / 100.0);
    const auto rank = std::clamp(static_cast<std::uint64_t>(exact_rank), std::uint64_t{1}, total_count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= rank) return layout_.highest_equivalent(layout_.value_at(i));
    }
    return max();
}

double HdrHistogram::percentile_at_or_below(std::int64_t value) const noexcept {
    if (total_count_ == 0) return 100;
    const std::size_t last =
        layout_.index_of(std::clamp(value, std::int64_t{0}, layout_.range().highest_trackable));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i <= last; ++i) seen += counts_[i];
    return 100.0 * static_cast<double>(seen) / static_cast<double>(total_count_);
}

std::vector<PercentilePoint> HdrHistogram::percentile_points(int ticks_per_half_distance) const {
    PROSA_ASSERT(ticks_per_half_distance > 0, "at least one line per halved distance");
    std::vector<PercentilePoint> points;
    std::uint64_t seen = 0;
    double level = 0;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < counts_.size() && seen < total_count_; ++i) {
        if (counts_[i] == 0) continue;
        seen += counts_[i];
        const double reached = 100.0 * static_cast<double>(seen) / static_cast<double>(total_count_);
        value = layout_.highest_equivalent(layout_.value_at(i));
        while (reached >= level && level < 100.0) {
            points.push_back({value, level, seen});
            // What lies beyond the last value is one line, 100 %.
            if (seen == total_count_) break;
            const double halvings = std::floor(std::log2(100.0 / (100.0 - level))) + 1;
            const double next = level + 100.0 / (ticks_per_half_distance * std::exp2(halvings));
            // Beyond 2^53 values a level can be so near to 100 that no double lies between.
            level = next > level ? next : 100.0;
        }
    }
    if (total_count_ != 0) points.push_back({value, 100.0, total_count_});
    return points;
}

}  // namespace prosa
