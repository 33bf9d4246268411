// core/bus/regulator/regulator.hpp: when may the next request be sent?
//
// ProSA's Regulator as a state that is asked, not awaited: at most max_concurrent_sends in flight, at most
// max_speed_tps over the window, and slower after slow answers. Different from ProSA on purpose:
// - an answer without a request in flight (one of an earlier incarnation) is counted and otherwise ignored;
// - an overhead given by add_tick_overhead stays until it was waited for; ProSA's next fast answer erases it.
//
// Threads   one.
// Units     `now` and times in nanoseconds on one monotonic clock, the caller's.
// Cost      all O(1), no allocation but at construction.
// Proof     test/core/bus/regulator/regulator_test.cpp
#pragma once

#include <cstdint>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"
#include "core/bus/regulator/speed.hpp"

namespace prosa {

struct RegulatorOptions {
    double max_speed_tps = 5.0;
    Nanos timeout_threshold_ns = 5 * ns_per_s;  // answers slower than this slow the sender down
    std::uint32_t max_concurrent_sends = 1;     // asserted: at least 1
    std::uint16_t window = Speed::window_default;
};

class PROSA_API Regulator {
  public:
    explicit Regulator(const RegulatorOptions& options = {});

    // The instant of the next send: in the past or `now` when it is due, never_ns when only an answer can
    // help (or max_speed_tps is no positive finite number). Constant until something is notified, but for a
    // regulator that has not sent yet: then `now`.
    Nanos next_send_at(Nanos now) const noexcept;

    bool may_send(Nanos now) const noexcept { return next_send_at(now) <= now; }

    // A request was sent. Not refused when it came too early (a first request is sent without asking).
    void notify_send(Nanos now) noexcept;

    // A request ended, with an answer or without. Longer than the threshold: the excess is waited before the
    // next send; a later answer within the threshold withdraws that.
    void notify_receive(Nanos now, Nanos response_time_ns) noexcept;

    // The next send comes at least `overhead_ns` later; the longest one of several counts.
    void add_tick_overhead(Nanos now, Nanos overhead_ns) noexcept;

    std::uint32_t in_flight() const noexcept { return in_flight_; }
    std::uint64_t unmatched_receive_count() const noexcept { return unmatched_receive_count_; }

    // What the next send is delayed by, beside the speed.
    Nanos overhead() const noexcept;
    const Speed& speed() const noexcept { return speed_; }
    const RegulatorOptions& options() const noexcept { return options_; }

    // ProSA's three lines: speed, concurrent sends and threshold, each with its limit.
    std::string text(Nanos now) const;

  private:
    void note_overhead(Nanos now, Nanos overhead_ns, Nanos& slot_ns) noexcept;

    RegulatorOptions options_;
    Speed speed_;
    std::uint32_t in_flight_ = 0;
    std::uint64_t unmatched_receive_count_ = 0;
    Nanos response_overhead_ns_ = 0;
    Nanos added_overhead_ns_ = 0;
    Nanos overhead_since_ns_ = 0;  // where an overhead starts as long as nothing was sent
};

}  // namespace prosa
