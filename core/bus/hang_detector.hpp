// core/bus/hang_detector.hpp: tells a reactor that stopped turning from one that sleeps, or from a late watchdog.
//
// Pure: readings in, verdicts out. A reactor hangs when it says `running` and its cycle counter has stood still for
// hang_after, seen by a watchdog that was itself on time. It recovered when the counter has moved in every reading
// for hang_after (hysteresis), so that a reactor which limps is not switched back and forth.
// Detection comes at most hang_after + one observation period after the last turn.
#pragma once

#include <cstdint>

#include "core/base/clock.hpp"

namespace prosa {

class HangDetector {
  public:
    enum class Verdict : std::uint8_t { unchanged, hanging, recovered };

    explicit HangDetector(Nanos hang_after_ns) : hang_after_ns_(hang_after_ns) {}

    // Four readings per hang_after.
    Nanos period_ns() const noexcept { return hang_after_ns_ / 4; }

    Verdict observe(std::uint64_t cycles, bool is_running, Nanos now_ns) noexcept {
        const bool was_on_time = now_ns - observed_ns_ <= hang_after_ns_ / 2;
        const bool has_moved = cycles != cycles_ || !is_running;
        observed_ns_ = now_ns;
        cycles_ = cycles;
        if (has_moved || !was_on_time) still_since_ns_ = now_ns;
        if (!has_moved) moving_since_ns_ = now_ns;
        if (!is_hanging_ && now_ns - still_since_ns_ >= hang_after_ns_) {
            is_hanging_ = true;
            return Verdict::hanging;
        }
        if (is_hanging_ && has_moved && now_ns - moving_since_ns_ >= hang_after_ns_) {
            is_hanging_ = false;
            return Verdict::recovered;
        }
        return Verdict::unchanged;
    }

    bool is_hanging() const noexcept { return is_hanging_; }

  private:
    Nanos hang_after_ns_;
    Nanos observed_ns_ = 0;
    Nanos still_since_ns_ = 0;
    Nanos moving_since_ns_ = 0;
    std::uint64_t cycles_ = 0;
    bool is_hanging_ = false;
};

}  // namespace prosa
