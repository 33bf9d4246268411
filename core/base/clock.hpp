// core/base/clock.hpp: monotonic nanoseconds for deadlines and latencies.
//
// Threads   any; construction is not on a hot path.
// Source    the invariant TSC when the CPU offers it and it agrees with CLOCK_MONOTONIC, else CLOCK_MONOTONIC.
//           Both have the same epoch, so readings of two Clock objects can be compared.
// Units     nanoseconds since the kernel's monotonic epoch (boot).
// Cost      one rdtsc and one multiplication (about 10 ns), or one vDSO call (about 23 ns).
#pragma once

#include <x86intrin.h>

#include <cstdint>
#include <limits>

#include "core/base/export.hpp"

namespace prosa {

using Nanos = std::int64_t;
__extension__ using Uint128 = unsigned __int128;

inline constexpr Nanos ns_per_us = 1'000;
inline constexpr Nanos ns_per_ms = 1'000'000;
inline constexpr Nanos ns_per_s = 1'000'000'000;
inline constexpr Nanos no_deadline_ns = std::numeric_limits<Nanos>::max();

// now_ns + duration_ns, and no_deadline_ns where that is beyond what Nanos can say; now_ns >= 0.
constexpr Nanos deadline_after(Nanos now_ns, Nanos duration_ns) noexcept {
    return duration_ns > no_deadline_ns - now_ns ? no_deadline_ns : now_ns + duration_ns;
}

// CLOCK_MONOTONIC by the kernel's vDSO.
PROSA_API Nanos monotonic_now_ns() noexcept;

// Wall clock, for display only: nanoseconds since 1970 UTC.
PROSA_API Nanos wall_now_ns() noexcept;

// Why the TSC is or is not used; for `prosa topology`.
enum class ClockSource : std::uint8_t { tsc, monotonic };

// The scale of the TSC, measured once for the process (about 10 ms on first use).
struct TscScale {
    ClockSource source = ClockSource::monotonic;
    std::uint64_t base_ticks = 0;
    Nanos base_ns = 0;
    std::uint64_t ns_per_tick_q32 = 0;  // nanoseconds per tick in units of 2^-32
    double ticks_per_second = 0;
};
PROSA_API const TscScale& tsc_scale() noexcept;

class Clock {
  public:
    Clock() noexcept : scale_(tsc_scale()) {}

    Nanos now_ns() const noexcept {
        if (scale_.source != ClockSource::tsc) [[unlikely]]
            return monotonic_now_ns();
        const std::uint64_t ticks = __rdtsc() - scale_.base_ticks;
        return scale_.base_ns +
               static_cast<Nanos>((static_cast<Uint128>(ticks) * scale_.ns_per_tick_q32) >> 32);
    }

    ClockSource source() const noexcept { return scale_.source; }

  private:
    TscScale scale_;  // a copy, so that a reading touches the reader's own line only
};

}  // namespace prosa
