// core/bus/regulator/speed.hpp: the rate of the last N events.
//
// ProSA's Speed on an injected clock, but in nanoseconds: ProSA computes in whole milliseconds, so a window
// shorter than one has an infinite speed there, and 15 events at 20 000 TPS (750 us) are not paced at all.
//
// Threads   one.
// Units     nanoseconds on one monotonic clock, the caller's; speeds in events per second (TPS).
// Cost      record: one store. The memory, 8 bytes per event of the window, is allocated at construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/export.hpp"

namespace prosa {

// What a wait or an instant is when it never ends.
inline constexpr Nanos never_ns = std::numeric_limits<Nanos>::max();

class PROSA_API Speed {
  public:
    static constexpr std::uint16_t window_default = 15;
    static constexpr std::uint16_t window_min = 5;

    // A window below 6 counts as 5, as in ProSA.
    explicit Speed(std::uint16_t window = window_default);

    // An event; the oldest is forgotten when the window is full.
    void record(Nanos at_ns) noexcept;

    std::optional<Nanos> last_event() const noexcept;
    std::size_t count() const noexcept { return count_; }

    // From the oldest event of the window to `now`; 0 without events or when the clock is behind.
    Nanos elapsed(Nanos now) const noexcept;

    // elapsed / count; 0 without events.
    Nanos mean_interval(Nanos now) const noexcept;

    // Events per second over `elapsed`; 0 when that is 0.
    double per_second(Nanos now) const noexcept;

    // When the next event keeps `target_per_second`: the oldest event and count / target later. never_ns when
    // the target is no positive finite number; `now` without events.
    Nanos next_event_at(double target_per_second, Nanos now) const noexcept;

    // From `now` to next_event_at, at least 0.
    Nanos wait(double target_per_second, Nanos now) const noexcept;

    // ProSA's text: `25 TPS (mean 40 ms)` and a newline.
    std::string text(Nanos now) const;

  private:
    Nanos oldest() const noexcept;

    std::vector<Nanos> events_;  // a ring; next_ is where the next event goes
    std::size_t next_ = 0;
    std::size_t count_ = 0;
};

}  // namespace prosa
