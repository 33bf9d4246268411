#include "core/stats/interval_histogram.hpp"

#include "core/base/assert.hpp"

namespace prosa {

IntervalHistogram::IntervalHistogram(const HdrRange& range)
    : layout_(range), counts_(std::make_unique<Counter[]>(layout_.counter_count())) {}

std::int64_t IntervalHistogram::clamp(std::int64_t value, std::uint64_t count) noexcept {
    out_of_range_count_.add(count);
    return value < 0 ? 0 : layout_.range().highest_trackable;
}

IntervalReader::IntervalReader(const IntervalHistogram& source)
    : source_(source), last_counts_(source.layout().counter_count(), 0) {}

void IntervalReader::read(HdrHistogram& interval) noexcept {
    PROSA_ASSERT(interval.layout().range() == source_.layout().range(),
                 "both histograms have the same range");
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < last_counts_.size(); ++i) {
        const std::uint64_t now = source_.counts_[i].value();
        const std::uint64_t difference = now - last_counts_[i];
        last_counts_[i] = now;
        interval.counts_[i] = difference;
        total += difference;
    }
    interval.total_count_ = total;
    const std::uint64_t out_of_range = source_.out_of_range_count_.value();
    interval.out_of_range_count_ = out_of_range - last_out_of_range_count_;
    last_out_of_range_count_ = out_of_range;
}

void IntervalReader::read_total(HdrHistogram& total) const noexcept {
    PROSA_ASSERT(total.layout().range() == source_.layout().range(), "both histograms have the same range");
    total.total_count_ = 0;
    for (std::size_t i = 0; i < last_counts_.size(); ++i) {
        total.counts_[i] = source_.counts_[i].value();
        total.total_count_ += total.counts_[i];
    }
    total.out_of_range_count_ = source_.out_of_range_count_.value();
}

}  // namespace prosa
