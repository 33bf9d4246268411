#include "core/bus/regulator/regulator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/assert.hpp"

namespace prosa {

Regulator::Regulator(const RegulatorOptions& options) : options_(options), speed_(options.window) {
    PROSA_ASSERT(options.max_concurrent_sends >= 1, "a regulator lets one request out at least");
}

Nanos Regulator::overhead() const noexcept { return std::max(response_overhead_ns_, added_overhead_ns_); }

Nanos Regulator::next_send_at(Nanos now) const noexcept {
    if (in_flight_ >= options_.max_concurrent_sends) return never_ns;
    const Nanos overhead_ns = overhead();
    const bool waits_from_overhead = speed_.count() == 0 && overhead_ns > 0;
    const Nanos at_ns =
        speed_.next_event_at(options_.max_speed_tps, waits_from_overhead ? overhead_since_ns_ : now);
    return at_ns > never_ns - overhead_ns ? never_ns : at_ns + overhead_ns;
}

void Regulator::notify_send(Nanos now) noexcept {
    // Due with its overhead: that was waited for.
    if (may_send(now)) response_overhead_ns_ = added_overhead_ns_ = 0;
    speed_.record(now);
    ++in_flight_;
}

void Regulator::notify_receive(Nanos now, Nanos response_time_ns) noexcept {
    if (in_flight_ == 0) {
        ++unmatched_receive_count_;
        return;
    }
    --in_flight_;
    response_overhead_ns_ = 0;
    if (response_time_ns > options_.timeout_threshold_ns)
        note_overhead(now, response_time_ns - options_.timeout_threshold_ns, response_overhead_ns_);
}

void Regulator::add_tick_overhead(Nanos now, Nanos overhead_ns) noexcept {
    note_overhead(now, overhead_ns, added_overhead_ns_);
}

void Regulator::note_overhead(Nanos now, Nanos overhead_ns, Nanos& slot_ns) noexcept {
    if (overhead_ns <= slot_ns) return;
    if (overhead() == 0) overhead_since_ns_ = now;
    slot_ns = overhead_ns;
}

std::string Regulator::text(Nanos now) const {
    return fmt::format(
        " - Tps                    : {} / {}\n"
        " - Concurents transactions: {} / {}\n"
        " - Timeout Threshold      : {} ms\n",
        speed_.per_second(now), options_.max_speed_tps, in_flight_, options_.max_concurrent_sends,
        options_.timeout_threshold_ns / ns_per_ms);
}

}  // namespace prosa
