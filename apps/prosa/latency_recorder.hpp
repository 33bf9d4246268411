// apps/prosa/latency_recorder.hpp: the latencies of a load, second by second, for logs and reports.
//
// Threads   one; the sources write on while it reads.
// Time      begins with the first measured outcome, so the warm-up is no interval.
// Cost      about 0.3 ms a second, 3 ms with a log.
#pragma once

#include <optional>
#include <utility>

#include "apps/prosa/load_totals.hpp"
#include "apps/prosa/report/latency_series.hpp"
#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/stats/hlog_writer.hpp"

namespace prosa {

class PROSA_API LatencyRecorder {
  public:
    // Both outlive it. Without a log the intervals are only kept. The log has its header already;
    // `log_start_ns` is the monotonic time that corresponds to it.
    LatencyRecorder(const LoadBoard& board, HlogWriter* log, Nanos log_start_ns)
        : log_(log),
          log_start_ns_(log_start_ns),
          last_ns_(monotonic_now_ns()),
          response_times_(board, &LoadStats::response_time),
          service_times_(board, &LoadStats::service_time) {}

    // Ends an interval when a second has passed.
    void tick(Nanos now_ns);

    // Ends the last interval. Once, when nothing is recorded any more.
    void finish(Nanos now_ns);

    const LatencySeries& response_time() const noexcept { return response_series_; }
    const LatencySeries& service_time() const noexcept { return service_series_; }

  private:
    void wait_for_first(Nanos now_ns);
    void end_interval(Nanos now_ns);

    HlogWriter* const log_;
    const Nanos log_start_ns_;
    std::optional<Nanos> first_ns_;  // when the first interval began
    Nanos last_ns_;
    LatencyIntervals response_times_;
    LatencyIntervals service_times_;
    HdrHistogram first_response_;  // what showed that the first interval has begun
    HdrHistogram first_service_;
    LatencySeries response_series_{.name = "response time"};
    LatencySeries service_series_{.name = "service time"};
};

}  // namespace prosa
