#include "core/bus/regulator/speed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace prosa {
namespace {

std::size_t events_kept(std::uint16_t window) noexcept {
    return window <= Speed::window_min ? Speed::window_min : window;
}

}  // namespace

Speed::Speed(std::uint16_t window) : events_(events_kept(window), 0) {}

void Speed::record(Nanos at_ns) noexcept {
    events_[next_] = at_ns;
    next_ = next_ + 1 == events_.size() ? 0 : next_ + 1;
    count_ = std::min(count_ + 1, events_.size());
}

std::optional<Nanos> Speed::last_event() const noexcept {
    if (count_ == 0) return std::nullopt;
    return events_[next_ == 0 ? events_.size() - 1 : next_ - 1];
}

Nanos Speed::oldest() const noexcept { return events_[count_ < events_.size() ? 0 : next_]; }

Nanos Speed::elapsed(Nanos now) const noexcept {
    return count_ == 0 ? 0 : std::max<Nanos>(now - oldest(), 0);
}

Nanos Speed::mean_interval(Nanos now) const noexcept {
    return count_ == 0 ? 0 : elapsed(now) / static_cast<Nanos>(count_);
}

double Speed::per_second(Nanos now) const noexcept {
    const Nanos elapsed_ns = elapsed(now);
    if (elapsed_ns == 0) return 0;
    return static_cast<double>(count_) * static_cast<double>(ns_per_s) / static_cast<double>(elapsed_ns);
}

Nanos Speed::next_event_at(double target_per_second, Nanos now) const noexcept {
    if (!std::isfinite(target_per_second) || target_per_second <= 0) return never_ns;
    if (count_ == 0) return now;
    const double ideal_ns = static_cast<double>(count_) * static_cast<double>(ns_per_s) / target_per_second;
    // A clock never comes near 2^62 ns (146 years), so this sum does not overflow.
    if (ideal_ns >= static_cast<double>(never_ns / 2)) return never_ns;
    return oldest() + static_cast<Nanos>(ideal_ns);
}

Nanos Speed::wait(double target_per_second, Nanos now) const noexcept {
    const Nanos at_ns = next_event_at(target_per_second, now);
    return at_ns == never_ns ? never_ns : std::max<Nanos>(at_ns - now, 0);
}

std::string Speed::text(Nanos now) const {
    return fmt::format("{} TPS (mean {} ms)\n", per_second(now), mean_interval(now) / ns_per_ms);
}

}  // namespace prosa
