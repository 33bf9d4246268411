// apps/prosa/load_threshold.hpp: a condition that a load has to meet, such as `p99<50us`.
//
// Form      NAME, one of < <= > >=, VALUE; spaces around are ignored.
// Names     p50, p99.9, min, mean, max: of the response time, or after `service.` of the service time; the
// value is
//           a duration.  success: per cent of the worst window.  rate: sent per second (`99k`).  failed,
//           timeouts, late, unsent: counts.
// Threads   any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/prosa/load_result.hpp"
#include "core/base/export.hpp"
#include "core/base/status.hpp"

namespace prosa {

class PROSA_API LoadThreshold {
  public:
    // Error: which part is wrong, and what was expected.
    static absl::StatusOr<LoadThreshold> parse(std::string_view text);

    bool holds(const LoadResult& result) const;

    // What was measured, for people.
    std::string measured_text(const LoadResult& result) const;

    const std::string& text() const noexcept { return text_; }

  private:
    enum class Measure : std::uint8_t {
        percentile,
        min,
        mean,
        success,
        rate,
        failed,
        timeouts,
        late,
        unsent
    };
    enum class Relation : std::uint8_t { less, less_equal, greater, greater_equal };

    absl::Status parse_name(std::string_view name);
    absl::Status parse_value(std::string_view value);
    bool is_duration() const noexcept { return measure_ <= Measure::mean; }
    double measured(const LoadResult& result) const;
    double measured_duration(const HdrHistogram& histogram) const;

    std::string text_;
    Measure measure_ = Measure::percentile;
    bool is_service_time_ = false;
    double percentile_ = 0;
    Relation relation_ = Relation::less;
    double limit_ = 0;  // nanoseconds, per cent, per second or a count
};

}  // namespace prosa
