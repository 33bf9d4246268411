// adaptors/injector/arrival_schedule.hpp: when is each transaction intended to be sent?
//
// Depends on the options only, never on what the system under test does: that is what makes the load open loop.
//
// Threads   one.
// Units     offsets from the start, in nanoseconds.
// Progress  next: O(1), no allocation.
// Proof     test/adaptors/injector/arrival_schedule_test.cpp
#pragma once

#include <cstdint>

#include "adaptors/injector/load_options.hpp"
#include "adaptors/kit/random_source.hpp"
#include "core/base/export.hpp"

namespace prosa {

class PROSA_API ArrivalSchedule {
  public:
    explicit ArrivalSchedule(const LoadOptions& options);

    // The offset of the next arrival; each call moves on by one. Never decreases.
    Nanos next() noexcept;

    // Goes on from `offset_ns` at this rate, for good. A timeline is left.
    void change_rate(double rate_per_s, Nanos offset_ns) noexcept;

  private:
    // A stretch of time in which the rate is constant or a line.
    struct Piece {
        double end_ns = 0;  // infinite for the last
        double rate_per_ns = 0;
        double slope = 0;  // per ns²
    };

    Piece piece_at(double at_ns) const noexcept;
    Piece step_at(double at_ns) const noexcept;
    Nanos next_of_timeline() noexcept;

    const LoadOptions options_;
    RandomSource random_;
    double at_ns_ = 0;              // the last arrival
    double fixed_rate_per_ns_ = 0;  // after change_rate
    std::size_t timeline_index_ = 0;
    Nanos timeline_base_ns_ = 0;
};

}  // namespace prosa
