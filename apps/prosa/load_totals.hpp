// apps/prosa/load_totals.hpp: the sources of a board taken together: what a user of the service sees.
//
// Threads   one; the sources write on while it reads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/export.hpp"
#include "core/bus/load_board.hpp"

namespace prosa {

// Sums over sources.
struct LoadTotals {
    CounterBlock<LoadCounter>::Values counts{};

    std::uint64_t operator[](LoadCounter counter) const noexcept {
        return counts[static_cast<std::size_t>(counter)];
    }

    // Outcomes that are no response, and refusals.
    PROSA_API std::uint64_t failed() const noexcept;
    PROSA_API std::uint64_t outcomes() const noexcept;
};

PROSA_API LoadTotals total_counts(const LoadBoard& board);

// All response times recorded so far, of all sources; the second of service times.
PROSA_API HdrHistogram total_response_time(const LoadBoard& board);
PROSA_API HdrHistogram total_service_time(const LoadBoard& board);

// One of a source's two kinds of time.
using LatencyKind = IntervalHistogram LoadStats::*;

// Latencies between two calls, of all sources.
class PROSA_API LatencyIntervals {
  public:
    LatencyIntervals(const LoadBoard& board, LatencyKind kind) : board_(board), kind_(kind) {}

    // What was recorded since the last call.
    const HdrHistogram& next();

  private:
    const LoadBoard& board_;
    const LatencyKind kind_;
    std::map<std::shared_ptr<LoadStats>, std::unique_ptr<IntervalReader>> readers_;
    HdrHistogram one_;
    HdrHistogram sum_;
};

}  // namespace prosa
