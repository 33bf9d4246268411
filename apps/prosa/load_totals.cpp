#include "apps/prosa/load_totals.hpp"

namespace prosa {
namespace {

template <typename Pick>
HdrHistogram total_of(const LoadBoard& board, Pick pick) {
    HdrHistogram sum;
    for (const auto& source : board.sources()) {
        const IntervalHistogram& histogram = pick(*source);
        HdrHistogram one(histogram.layout().range());
        IntervalReader(histogram).read_total(one);
        sum.add(one);
    }
    return sum;
}

}  // namespace

std::uint64_t LoadTotals::outcomes() const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t code = 0; code < service_error_count; ++code)
        sum += counts[static_cast<std::size_t>(LoadCounter::outcome_none) + code];
    return sum;
}

std::uint64_t LoadTotals::failed() const noexcept {
    return outcomes() - (*this)[LoadCounter::outcome_none] + (*this)[LoadCounter::refused_unreachable] +
           (*this)[LoadCounter::refused_overloaded];
}

LoadTotals total_counts(const LoadBoard& board) {
    LoadTotals totals;
    for (const auto& source : board.sources()) {
        const auto values = source->counters.values();
        for (std::size_t i = 0; i < values.size(); ++i) totals.counts[i] += values[i];
    }
    return totals;
}

HdrHistogram total_response_time(const LoadBoard& board) {
    return total_of(board,
                    [](const LoadStats& stats) -> const IntervalHistogram& { return stats.response_time; });
}

HdrHistogram total_service_time(const LoadBoard& board) {
    return total_of(board,
                    [](const LoadStats& stats) -> const IntervalHistogram& { return stats.service_time; });
}

const HdrHistogram& LatencyIntervals::next() {
    sum_.reset();
    for (const auto& source : board_.sources()) {
        auto& reader = readers_[source];
        if (reader == nullptr) reader = std::make_unique<IntervalReader>((*source).*kind_);
        reader->read(one_);
        sum_.add(one_);
    }
    return sum_;
}

}  // namespace prosa
