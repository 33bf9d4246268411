// core/bus/load_board.hpp: where sources of load show what they do, for progress and summaries.
//
// Threads   LoadStats: written by the source's reactor, read by any.  LoadBoard: any; a mutex, off the hot path.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/base/service_error.hpp"
#include "core/stats/counter.hpp"
#include "core/stats/counter_block.hpp"
#include "core/stats/interval_histogram.hpp"

namespace prosa {

enum class LoadCounter : std::uint8_t {
    intended,  // transactions whose time to be sent has come
    sent,      // accepted by the bus
    refused_unreachable,
    refused_overloaded,
    late,          // sent more than the source's tolerance after the intended time
    broken_lines,  // of the input: left out when it was read, so never intended
    unsent,        // intended, but the adaptor could not build it, or the source stopped first
    outcome_none,  // outcomes by ServiceError, in the order of its codes
    outcome_unreachable,
    outcome_timeout,
    outcome_protocol,
    outcome_overloaded,
    outcome_dropped,
    outcome_shutting_down,
    finished,  // 1 when the source has nothing more to send and all its outcomes
    count_,
};

// Times to an error: up to a minute, 2 significant digits, 25 KB for each code.
inline constexpr HdrRange error_time_range{1, 60 * ns_per_s, 2};

// One source. All times end at the outcome; the first two are recorded for responses only.
struct LoadStats {
    explicit LoadStats(std::string source_name, std::string service_name = {})
        : name(std::move(source_name)), service(std::move(service_name)) {}

    const std::string name;
    const std::string service;
    CounterBlock<LoadCounter> counters;
    IntervalHistogram response_time;  // from the intended send time: what a user of the service would see
    IntervalHistogram service_time;   // from the real send
    std::array<IntervalHistogram, service_error_count - 1> error_times{
        IntervalHistogram(error_time_range), IntervalHistogram(error_time_range),
        IntervalHistogram(error_time_range), IntervalHistogram(error_time_range),
        IntervalHistogram(error_time_range), IntervalHistogram(error_time_range)};

    // From the real send, by the code of the outcome.
    IntervalHistogram& outcome_time(ServiceError error) noexcept {
        return error == ServiceError::none ? service_time : error_times[static_cast<std::size_t>(error) - 1];
    }
};

class LoadBoard {
  public:
    std::shared_ptr<LoadStats> add(std::string name, std::string service = {}) {
        auto stats = std::make_shared<LoadStats>(std::move(name), std::move(service));
        const std::scoped_lock lock(mutex_);
        sources_.push_back(stats);
        return stats;
    }
    std::vector<std::shared_ptr<LoadStats>> sources() const {
        const std::scoped_lock lock(mutex_);
        return sources_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<LoadStats>> sources_;
};

}  // namespace prosa
