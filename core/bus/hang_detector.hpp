// core/bus/hang_detector.hpp: tells a reactor that stopped turning from one that sleeps, from one without a CPU, or
// from a late watchdog.
//
// Readings in, verdicts out. A reactor hangs when it says `running` and its cycle counter has stood still for
// hang_after, seen by a watchdog that was itself on time, and at least half of that time was the thread's own: on a
// CPU, or blocked in a handler's call. The rest it may have waited for a CPU that others held: a starved reactor does
// not hang. It recovered when the counter has moved for hang_after in every reading but those of a starved thread
// (hysteresis), so that a reactor which limps is not switched back and forth.
// Detection comes at most hang_after + one observation period after the last turn of a thread that has its CPU.
//
// Threads   one, Main's.
// Cost      the probe is read while the counter stands still or the reactor hangs, else never.
// Limits    without a probe's reading all time counts as the thread's own. Time that a hypervisor takes away counts as
//           CPU time where the kernel does not know of it.
// Proof     test/core/bus/unit/hang_detector_test.cpp
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/clock.hpp"
#include "core/bus/thread_probe.hpp"

namespace prosa {

class HangDetector {
  public:
    enum class Verdict : std::uint8_t { unchanged, hanging, recovered };

    // The probe outlives the detector.
    HangDetector(Nanos hang_after_ns, ThreadProbe& probe) : hang_after_ns_(hang_after_ns), probe_(probe) {}

    // Four readings per hang_after.
    Nanos period_ns() const noexcept { return hang_after_ns_ / 4; }

    Verdict observe(std::uint64_t cycles, bool is_running, Nanos now_ns) noexcept {
        const Nanos elapsed_ns = now_ns - observed_ns_;
        const bool was_on_time = elapsed_ns <= hang_after_ns_ / 2;
        const bool has_moved = cycles != cycles_ || !is_running;
        observed_ns_ = now_ns;
        cycles_ = cycles;
        const Nanos own_ns = has_moved && !is_hanging_ ? forget_reading() : own_time_ns(elapsed_ns);
        if (has_moved || !was_on_time) {
            still_since_ns_ = now_ns;
            still_own_ns_ = 0;
        } else {
            still_own_ns_ += own_ns;
        }
        if (has_moved)
            moving_ns_ += elapsed_ns;
        else if (own_ns > elapsed_ns / 2)
            moving_ns_ = 0;
        return verdict(now_ns);
    }

    bool is_hanging() const noexcept { return is_hanging_; }

  private:
    Verdict verdict(Nanos now_ns) noexcept {
        if (!is_hanging_) {
            is_hanging_ = now_ns - still_since_ns_ >= hang_after_ns_ && still_own_ns_ >= hang_after_ns_ / 2;
            if (is_hanging_) moving_ns_ = 0;
            return is_hanging_ ? Verdict::hanging : Verdict::unchanged;
        }
        is_hanging_ = moving_ns_ < hang_after_ns_;
        return is_hanging_ ? Verdict::unchanged : Verdict::recovered;
    }

    Nanos forget_reading() noexcept {
        reading_.reset();
        return 0;
    }

    // What of the time since the last observation the thread had for itself. The first reading has nothing to
    // compare its CPU time with.
    Nanos own_time_ns(Nanos elapsed_ns) noexcept {
        const auto before = reading_;
        reading_ = probe_.read();
        if (!reading_ || reading_->is_blocked) return elapsed_ns;
        return before ? reading_->cpu_ns - before->cpu_ns : 0;
    }

    Nanos hang_after_ns_;
    ThreadProbe& probe_;
    std::optional<ThreadReading> reading_;  // none: turns went on
    Nanos observed_ns_ = 0;
    Nanos still_since_ns_ = 0;
    Nanos still_own_ns_ = 0;  // of the time since then
    Nanos moving_ns_ = 0;     // since turns last stood still
    std::uint64_t cycles_ = 0;
    bool is_hanging_ = false;
};

}  // namespace prosa
