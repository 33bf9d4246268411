#include "core/bus/restart_backoff.hpp"

#include <algorithm>
#include <cmath>

namespace prosa {

std::optional<Nanos> RestartBackoff::next_wait(Nanos now_ns, Nanos recovery_ns, double random) {
    if (now_ns - started_ns_ >= policy_.healthy_ns) failures_in_row_ = 0;
    recent_failures_.push_back(now_ns);
    while (now_ns - recent_failures_.front() > policy_.intensity_within_ns) recent_failures_.pop_front();
    if (recent_failures_.size() > policy_.intensity_count) return std::nullopt;

    const double growth = 3.0 * std::ldexp(1.0, static_cast<int>(std::min(failures_in_row_, 60U))) - 2.0;
    const double wait =
        std::min(static_cast<double>(policy_.period_ns) * growth, static_cast<double>(policy_.maximum_ns));
    ++failures_in_row_;
    return static_cast<Nanos>(wait * (1.0 - policy_.jitter * random)) + recovery_ns;
}

void RestartBackoff::reset() noexcept {
    failures_in_row_ = 0;
    recent_failures_.clear();
}

}  // namespace prosa
